package s4s.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import s4s.grid.GridNames;
import s4s.grid.GridType;
import s4s.grid.PublishedGrids;
import s4s.learn.Families;
import s4s.solver.Method;
import s4s.solver.Solvers;

/** {@code s4s solvers}: what --solver, --grid and --family understand. */
@Command(name = "solvers", mixinStandardHelpOptions = true,
        description = "Lists solvers (order, network calls, reference), time grids, and the families that s4s learn learns.")
final class SolversCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%-22s %-29s %-6s %-25s %s%n", "solver", "", "order", "NFE", "reference");
        for (Method method : Stream.concat(Solvers.all().stream(), Solvers.provided().stream()).toList()) {
            out.printf(Locale.ROOT, "%-22s %-29s %-6d %-25s %s%n", method.name(), method.label(), method.order(),
                    method.cost().rule(), method.reference());
        }
        out.printf(Locale.ROOT, "%n%-18s %s%n", "grid", "");
        GridType.all().forEach(grid -> out.printf(Locale.ROOT, "%-18s %s%n", grid.id(), grid.description()));
        PublishedGrids.all().forEach(grid -> out.printf(Locale.ROOT, "%-18s %s%n", grid.id(), grid.description()));
        GridNames.forms().forEach((form, meaning) -> out.printf(Locale.ROOT, "%-18s %s%n", form, meaning));
        out.printf(Locale.ROOT, "%n%-18s %-16s %s%n", "learned family", "start", "");
        for (Families family : Families.values()) {
            out.printf(Locale.ROOT, "%-18s %-16s %s%n", family.id(), family.init(), family.description());
        }
        return 0;
    }
}
