package s4s.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import s4s.io.BadFileException;
import s4s.model.Conditions;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;

/**
 * What each seed asks a model for.
 *
 * @param kind which rule
 * @param file of a list of conditions, one a line; only of {@link Kind#LIST}
 * @param guidance scale; 1 for the condition alone
 */
public record Condition(Kind kind, Optional<Path> file, double guidance) {

    /** Rules. */
    public enum Kind {
        /** No condition. */
        NONE,
        /** A class, all equally often. */
        CLASS,
        /** A text, the lines of {@code prompts.txt} in the model's folder in turn. */
        TEXT,
        /** A class or text, the lines of a file in turn. */
        LIST;

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** No condition. */
    public static final Condition NONE = new Condition(Kind.NONE, Optional.empty(), 1);

    /**
     * Checks the scale.
     *
     * @throws IllegalArgumentException if it is not finite, or there is nothing to guide to
     */
    public Condition {
        if (!Double.isFinite(guidance)) {
            throw new IllegalArgumentException("a guidance scale is a finite number, not " + guidance);
        }
        if (kind == Kind.NONE && guidance != 1) {
            throw new IllegalArgumentException("guidance " + guidance + " needs conditions to guide to: class, text or a file of"
                    + " one a line");
        }
    }

    /**
     * The condition of a text: {@code none}, {@code class}, {@code text}, or the path of a text file.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static Condition named(String text, double guidance) {
        return switch (text) {
            case "none" -> new Condition(Kind.NONE, Optional.empty(), guidance);
            case "class" -> new Condition(Kind.CLASS, Optional.empty(), guidance);
            case "text" -> new Condition(Kind.TEXT, Optional.empty(), guidance);
            default -> {
                if (!text.endsWith(".txt")) {
                    throw new IllegalArgumentException("there are no conditions '" + text + "'; known are none, class (all in turn),"
                            + " text (the prompts of the model's folder in turn), and a file X.txt, whose lines come in turn");
                }
                yield new Condition(Kind.LIST, Optional.of(Path.of(text)), guidance);
            }
        };
    }

    /** What a model is drawn under where nothing is said: all classes, or its prompts, in turn, without guidance. */
    static Condition usual(ModelCard card) {
        return new Condition(kind(card), Optional.empty(), 1);
    }

    private static Kind kind(ModelCard card) {
        return !card.conditional() ? Kind.NONE : card.conditionClasses() > 0 ? Kind.CLASS : Kind.TEXT;
    }

    /** The text that {@link #named} understands. */
    public String id() {
        return file.map(Path::toString).orElse(kind.id());
    }

    /** Whether a model can be asked for this. */
    boolean fits(ModelCard card) {
        return kind == Kind.LIST ? card.conditional() : kind == Kind.NONE || kind == kind(card);
    }

    /**
     * Refuses a model that cannot be asked for this.
     *
     * @throws IllegalArgumentException naming both
     * @throws IOException if there is no such model
     */
    public void require(Models models, String model) throws IOException {
        if (!fits(models.card(model))) {
            throw new IllegalArgumentException("model '" + model + "' is drawn from by " + of(models.card(model))
                    + ", not by --conditions " + id());
        }
    }

    /** What a model can be asked for, for messages. */
    static String of(ModelCard card) {
        return kind(card).id();
    }

    /**
     * The condition of every seed.
     *
     * @param model in {@code models}
     * @throws IOException if a file is missing or damaged
     */
    public Optional<Conditions> of(Models models, String model) throws IOException {
        return switch (kind) {
            case NONE -> Optional.empty();
            case LIST -> Optional.of(Conditions.prompts(file.orElseThrow()));
            case CLASS -> models.conditions(model);
            case TEXT -> {
                Path prompts = models.path(model).resolve(Models.PROMPTS);
                if (!Files.exists(prompts)) {
                    throw new BadFileException("no prompts at " + prompts + ": write one a line there or into another file X.txt"
                            + " (--conditions X.txt), or draw without (--conditions none)");
                }
                yield models.conditions(model);
            }
        };
    }

    /** The same conditions with the list in another folder. */
    public Condition in(Path folder) {
        return new Condition(kind, file.map(list -> folder.resolve(list.getFileName())), guidance);
    }

    /** The same conditions with another scale. */
    public Condition withGuidance(double scale) {
        return new Condition(kind, file, scale);
    }
}
