package s4s.kernel;

import io.github.spencerpark.jupyter.channels.ShellHandler;
import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageType;
import io.github.spencerpark.jupyter.messages.request.ExecuteRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Lets "run all cells" end at the first cell that fails: the front end has sent all cells by then, and the protocol leaves
 * it to the kernel to answer those that wait with {@code aborted}.
 *
 * <p>A request waited if it was sent before the failure by the front end's clock and comes right after it by the kernel's;
 * the second condition keeps a front end with a slow clock from losing what its user does later.
 */
final class ErrorStop implements ShellHandler<ExecuteRequest> {

    /** Longer than the kernel takes from one request to the next, shorter than a reader's reaction. */
    private static final Duration QUEUE_GAP = Duration.ofMillis(300);

    private final ShellHandler<ExecuteRequest> handler;
    private final BooleanSupplier failed;
    private Instant failure = Instant.MIN;
    private Instant queueEnd = Instant.MIN;

    /**
     * @param handler runs a cell
     * @param failed whether the cell that ran last failed
     */
    ErrorStop(ShellHandler<ExecuteRequest> handler, BooleanSupplier failed) {
        this.handler = handler;
        this.failed = failed;
    }

    @Override
    public void handle(ShellReplyEnvironment env, Message<ExecuteRequest> request) {
        if (waited(request)) {
            env.setBusyDeferIdle();
            env.reply(JavaKernel.plain(env, MessageType.EXECUTE_REPLY, Map.of("status", "aborted")));
            queueEnd = Instant.now().plus(QUEUE_GAP);
            return;
        }
        handler.handle(env, request);
        if (failed.getAsBoolean() && request.getContent().shouldStopOnError()) {
            failure = Instant.now();
            queueEnd = failure.plus(QUEUE_GAP);
        }
    }

    private boolean waited(Message<ExecuteRequest> request) {
        if (Instant.now().isAfter(queueEnd)) {
            return false;
        }
        try {
            // the library's own reading of dates stops at minutes
            String sent = request.getHeader().getTimestamp().getDateString();
            return OffsetDateTime.parse(sent).toInstant().isBefore(failure);
        } catch (DateTimeParseException e) {
            return false;
        }
    }
}
