package s4s.jmh;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs benchmarks with the options of JMH, and prints the ratios of those that are compared: one class, same parameters. */
public final class Benchmarks {

    private Benchmarks() {}

    /** Entry point; {@code -h} lists JMH's options. */
    public static void main(String[] args) throws CommandLineOptionException, IOException, RunnerException {
        CommandLineOptions options = new CommandLineOptions(args);
        if (options.shouldHelp()) {
            options.showHelp();
            return;
        }
        Runner runner = new Runner(new OptionsBuilder().parent(options).addProfiler(PeakMemory.class).build());
        if (options.shouldList()) {
            runner.list();
            return;
        }
        Map<String, List<RunResult>> compared = new LinkedHashMap<>();
        for (RunResult result : runner.run()) {
            compared.computeIfAbsent(group(result.getParams()), group -> new ArrayList<>()).add(result);
        }
        compared.forEach((group, results) -> results.stream().skip(1).forEach(result -> print(group, result, results.get(0))));
    }

    /** The benchmark's class, and its parameters. */
    private static String group(BenchmarkParams params) {
        String name = params.getBenchmark();
        StringBuilder group = new StringBuilder(name.substring(0, name.lastIndexOf('.')).replaceFirst(".*\\.", ""));
        params.getParamsKeys().forEach(key -> group.append(' ').append(key).append('=').append(params.getParam(key)));
        return group.toString();
    }

    /** How many times what the first takes the other takes: its time, and what else it counted. */
    private static void print(String group, RunResult result, RunResult base) {
        System.out.printf(Locale.ROOT, "%s: %s / %s = %.4f", group, result.getPrimaryResult().getLabel(),
                base.getPrimaryResult().getLabel(), result.getPrimaryResult().getScore() / base.getPrimaryResult().getScore());
        result.getSecondaryResults().forEach((name, one) -> System.out.printf(Locale.ROOT, ", %s %.2f",
                name, one.getScore() / base.getSecondaryResults().get(name).getScore()));
        System.out.println();
    }
}
