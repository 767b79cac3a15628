package s4s.cli;

import picocli.CommandLine;

/** A command whose work goes on when it was stopped and is started again. */
public interface Resumable {
    /** Whether it does with the options that it was given. */
    default boolean goesOn() {
        return true;
    }

    /** Executes a command; who stops one that goes on, by SIGINT or SIGTERM, is told so in one line. */
    static int execute(CommandLine.ParseResult parsed) {
        CommandLine.ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        CommandLine.RunLast usual = new CommandLine.RunLast();
        if (last.isUsageHelpRequested() || last.isVersionHelpRequested()
                || !(last.commandSpec().userObject() instanceof Resumable command && command.goesOn())) {
            return usual.execute(parsed);
        }
        Thread farewell = new Thread(() ->
                System.err.println("s4s: stopped; what is finished is kept, and the same command goes on from there"));
        Runtime.getRuntime().addShutdownHook(farewell);
        try {
            return usual.execute(parsed);
        } finally {
            remove(farewell);
        }
    }

    private static void remove(Thread farewell) {
        try {
            Runtime.getRuntime().removeShutdownHook(farewell);
        } catch (IllegalStateException e) {
            return;                                         // the process is ending: the line comes
        }
    }
}
