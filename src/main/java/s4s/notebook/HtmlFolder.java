package s4s.notebook;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import s4s.cli.Console;
import s4s.cli.Faults;
import s4s.display.Html;
import s4s.io.AtomicFiles;

/** Makes a folder of notebooks as HTML one to hand on: {@code ./s4s notebooks --html}. */
@Command(name = "s4s notebooks --html", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Makes links between notebooks lead to their HTML, writes index.html, and checks the sizes.")
public final class HtmlFolder implements Callable<Integer> {
    private static final Pattern LINK = Pattern.compile("href=\"([^\"/:]+)\\.ipynb((?:#[^\"]*)?)\"");
    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>S4S for Java: notebooks</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222; }
            table { border-collapse: collapse; }
            td, th { padding: .4em .8em; text-align: left; vertical-align: top; border-bottom: 1px solid #ddd; }
            td:last-child, th:last-child { text-align: right; white-space: nowrap; }
            </style>
            </head>
            <body>
            <h1>S4S for Java: notebooks</h1>
            <table>
            <tr><th>notebook</th><th>what it shows</th><th>size</th></tr>
            %s</table>
            </body>
            </html>
            """;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "NAME.ipynb and NAME.html of every notebook")
    private Path folder;

    @Option(names = "--limit", paramLabel = "MB", defaultValue = "8",
            description = "size that no page may exceed (default ${DEFAULT-VALUE})")
    private double limit;

    @Spec
    private CommandSpec spec;

    /** Exits with 0 if all is well, 1 after telling which pages are too large, 2 if something cannot be read. */
    public static void main(String[] args) {
        System.exit(Console.run(commandLine(), args));
    }

    static CommandLine commandLine() {
        return Faults.handledBy(new CommandLine(new HtmlFolder()), () -> false);
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<String> names = names();
        StringBuilder rows = new StringBuilder();
        List<String> large = new ArrayList<>();
        for (String name : names) {
            Path page = folder.resolve(name + ".html");
            link(page, names);
            double size = Files.size(page) / 1e6;
            if (size > limit) {
                large.add(String.format(Locale.ROOT, "%s has %.1f MB, more than %s: show smaller or fewer images", page, size,
                        String.valueOf(limit).replaceFirst("\\.0$", "")));
            }
            Heading heading = Heading.of(ExecutedNotebook.texts(folder.resolve(name + ".ipynb")), name);
            rows.append(String.format(Locale.ROOT, "<tr><td><a href=\"%s.html\">%s</a></td><td>%s</td><td>%.1f MB</td></tr>%n",
                    Html.escape(name), Html.escape(heading.title), Html.escape(heading.sentence), size));
        }
        Path index = folder.resolve("index.html");
        AtomicFiles.write(index, String.format(Locale.ROOT, PAGE, rows).getBytes(StandardCharsets.UTF_8));
        out.println(index + ": " + names.size() + " notebooks");
        large.forEach(out::println);
        out.flush();
        return large.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private List<String> names() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no folder " + folder);
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".ipynb"))
                    .map(name -> name.substring(0, name.length() - ".ipynb".length())).sorted().toList();
        }
    }

    /** Links to a notebook of the folder become links to its page. */
    private static void link(Path page, List<String> names) throws IOException {
        String html = Files.readString(page);
        String linked = LINK.matcher(html).replaceAll(found -> Matcher.quoteReplacement(names.contains(found.group(1))
                ? "href=\"" + found.group(1) + ".html" + found.group(2) + "\"" : found.group()));
        if (!linked.equals(html)) {
            AtomicFiles.write(page, linked.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * How a notebook begins.
     *
     * @param title its first heading, or the file's name
     * @param sentence the first sentence of the first paragraph; empty if there is none
     */
    record Heading(String title, String sentence) {
        private static final Pattern TITLE = Pattern.compile("#\\s+(.+)");
        private static final Pattern END = Pattern.compile("(?<=[.!?])\\s");

        /** From the texts of the Markdown cells. */
        static Heading of(List<String> texts, String name) {
            String title = name;
            for (String paragraph : String.join("\n\n", texts).split("\n\\s*\n")) {
                Matcher heading = TITLE.matcher(paragraph.strip());
                if (heading.matches()) {
                    title = heading.group(1);
                } else if (!paragraph.isBlank() && !paragraph.strip().startsWith("#")) {
                    return new Heading(plain(title), plain(END.split(paragraph.strip().replaceAll("\\s+", " "))[0]));
                }
            }
            return new Heading(plain(title), "");
        }

        /** Without Markdown's links and marks. */
        private static String plain(String markdown) {
            return markdown.replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1").replaceAll("[*`]", "");
        }
    }
}
