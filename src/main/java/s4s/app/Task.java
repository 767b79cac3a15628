package s4s.app;

import java.io.IOException;
import java.util.Optional;
import s4s.benchmark.Benchmark;
import s4s.benchmark.Benchmarks;
import s4s.benchmark.Condition;
import s4s.benchmark.Profile;
import s4s.learn.Teacher;
import s4s.model.repository.Models;

/**
 * Which model, whom its solvers learn from, and under which conditions; what is not said is as in the model's benchmark.
 *
 * @param model a model's name or its folder's path
 * @param benchmark a benchmark's name or its file's path
 * @param profile of the benchmark's networks
 * @param teacher see {@link Teacher#named}
 * @param conditions see {@link Condition#named}
 * @param guidance scale
 */
public record Task(Optional<String> model, Optional<String> benchmark, Profile profile, Optional<String> teacher,
        Optional<String> conditions, Optional<Double> guidance) {

    /** The model where nothing is said. */
    static final String MODEL = "cifar10-mini";

    /**
     * What is to be done.
     *
     * @param benchmark with what was said
     * @param base without that
     * @param known whether it is a benchmark, not what is usual for a model
     */
    public record Chosen(Benchmark benchmark, Benchmark base, boolean known) {

        /**
         * One line on what was chosen for a model without a benchmark; empty where there is one.
         *
         * @param choices for instance {@code "distance l2"}
         */
        Optional<String> note(String... choices) {
            return known ? Optional.empty() : Optional.of("no benchmark has the model " + benchmark.model() + ": "
                    + String.join(", ", choices) + ", conditions " + benchmark.condition().id() + ", guidance "
                    + benchmark.condition().guidance());
        }
    }

    /**
     * The choice.
     *
     * @param usual the benchmark where neither it nor a model is named; empty: that of {@link #MODEL}
     * @throws IOException if there is no such model, or a benchmark's file cannot be read
     */
    public Chosen choose(Models models, Optional<String> usual) throws IOException {
        Benchmarks all = Benchmarks.ofRepository();
        if (benchmark.isPresent() || model.isEmpty() && usual.isPresent()) {
            Benchmark named = all.named(benchmark.or(() -> usual).get(), profile);
            return chosen(models, model.map(named::withModel).orElse(named), true);
        }
        return ofModel(models, all, model.orElse(MODEL));
    }

    /** The choice for a suite: a benchmark by name or file, or a model. */
    Chosen chooseSuite(Models models, String suite) throws IOException {
        Benchmarks all = Benchmarks.ofRepository();
        if (!suite.endsWith(".json") && (models.has(suite) || all.ofModel(suite).isPresent())) {
            return ofModel(models, all, suite);
        }
        return chosen(models, all.named(suite, profile), true);
    }

    private Chosen ofModel(Models models, Benchmarks all, String name) throws IOException {
        Optional<Benchmark> known = all.ofModel(name);
        return chosen(models, known.isPresent() ? known.get() : Benchmark.usual(models, name), known.isPresent());
    }

    private Chosen chosen(Models models, Benchmark base, boolean known) throws IOException {
        Benchmark asked = base;
        if (teacher.isPresent()) {
            asked = asked.withTeacher(Teacher.named(teacher.get()));
        }
        if (conditions.isPresent() || guidance.isPresent()) {
            double usual = conditions.isPresent() && conditions.get().equals("none") ? 1 : base.condition().guidance();
            asked = asked.withCondition(conditions.isPresent() ? Condition.named(conditions.get(), guidance.orElse(usual))
                    : base.condition().withGuidance(guidance.orElse(usual)));
            asked.condition().require(models, asked.model());
        }
        return new Chosen(asked, base, known);
    }
}
