package s4s.kernel;

import io.github.spencerpark.jupyter.channels.ShellChannel;
import io.github.spencerpark.jupyter.channels.ShellHandler;
import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.messages.HMACGenerator;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageType;
import io.github.spencerpark.jupyter.messages.reply.ErrorReply;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.zeromq.ZMQ;

/** The shell or the control channel: requests, answered one after the other by a thread that no request ends. */
final class RequestChannel extends ShellChannel {

    private final Wire wire;
    private final Connection connection;
    private final Predicate<MessageType<?>> allowed;

    RequestChannel(ZMQ.Context context, HMACGenerator signer, Wire wire, Connection connection,
            Predicate<MessageType<?>> allowed) {
        super(context, signer, false, connection);
        this.wire = wire;
        this.connection = connection;
        this.allowed = allowed;
    }

    /** Answers until the connection ends. */
    void serve(String name, PrintStream log) {
        Connection.untilClosed(this, frames -> {
            try {
                answer(wire.decode(frames));
            } catch (DamagedMessage e) {
                log.println("s4s kernel: dropped a message on the " + name + " channel: " + e.getMessage());
            }
        }, () -> { });
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // the handler of a type takes messages of that type
    private void answer(Message message) throws DamagedMessage {
        MessageType<?> type = message.getHeader().getType();
        Optional<ShellHandler> handler =
                Optional.<ShellHandler>ofNullable(connection.getHandler(type)).filter(h -> allowed.test(type));
        if (handler.isEmpty()) {
            throw new DamagedMessage("'" + type.getName() + "' is not answered here");
        }
        ShellReplyEnvironment env = connection.prepareReplyEnv(this, message);
        try {
            handler.get().handle(env, message);
        } catch (RuntimeException | Error e) {
            // the front end waits for a reply
            MessageType<?> reply = MessageType.getType(type.getName().replace("_request", "_reply"));
            env.replyError(reply, new ErrorReply(e.getClass().getSimpleName(), String.valueOf(e.getMessage()), List.of()));
        } finally {
            env.resolveDeferrals();
        }
        if (env.isMarkedForShutdown()) {
            connection.close();
        }
    }

    @Override
    public void sendMessage(Message<?> message) {
        Connection.send(this, wire.sign(wire.encode(message)));
    }
}
