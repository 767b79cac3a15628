package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static s4s.cli.Answer.refuses;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.model.Conditions;

/** Bad input on the command line: one clear line, exit code 2, no stack trace. */
class BadInputTest {
    @Test
    void wordsAndNumbers() {
        refuses("a command is missing");
        refuses("'smaple'", "smaple");
        refuses("NFE 0", "sample", "--nfe", "0", "--png", "x.png");
        refuses("There is no solver \"euler-7\"", "sample", "--solver", "euler-7", "--png", "x.png");
        refuses("There is no grid \"log\"", "sample", "--grid", "log", "--png", "x.png");
        refuses("seeds look like", "sample", "--seeds", "5-1", "--png", "x.png");
        refuses("--out FILE.npz", "sample");
        refuses("no model 'sd'", "sample", "--model", "sd", "--png", "x.png");
        refuses("no benchmark 'mnist'", "benchmark", "--benchmark", "mnist");
        refuses("--nfe", "sample", "--nfe", "five", "--png", "x.png");
    }

    @Test
    void learners(@TempDir Path folder) throws IOException {
        String out = folder.resolve("s.json").toString();
        refuses("There is no family \"s4s\"; known are s4s-lms", "learn", "--family", "s4s", "--out", out);
        refuses("There is no solver \"euler-7\"", "learn", "--init", "euler-7", "--out", out);
        refuses("got NFE 0", "learn", "--nfe", "0", "--out", out);
        refuses("There is no optimizer \"lbfgs\"", "learn", "--optimizer", "lbfgs", "--out", out);
        refuses("--rounds is for the gauss-newton optimizer", "learn", "--optimizer", "adam", "--rounds", "2", "--out", out);
        refuses("--steps is at least 0", "learn", "--steps", "-1", "--out", out);
        refuses("--rounds is at least 1", "learn", "--rounds", "0", "--out", out);
        refuses("--order is at least 1", "learn", "--order", "0", "--out", out);
        refuses("learning rate is positive and finite", "learn", "--optimizer", "adam", "--rate", "NaN", "--out", out);
        refuses("a row has at least 1 image", "benchmark", "--images", "0", "--out", out);
        refuses("--radius is a number or ld3", "learn", "--radius", "wide", "--out", out);
        refuses("no model 'sd'", "learn", "--model", "sd", "--out", out);
        refuses("needs order 4 or more, not 2", "learn", "--family", "s4s-lms", "--init", "unipc-3-bh1", "--order", "2", "--out", out);
        refuses("nowhere", "learn", "--pairs-from", folder.resolve("nowhere").toString(), "--out", out);
        refuses("nowhere.pt", "learn", "--distance", "nowhere.pt", "--out", out);
        assertFalse(Files.exists(Path.of(out)));
    }

    @Test
    void teachers(@TempDir Path folder) throws IOException {
        String out = folder.resolve("pairs").toString();
        refuses("--out", "teacher");
        refuses("no range of seeds \"test\"; known are evaluation, training, validation",
                "teacher", "--role", "test", "--out", out);
        refuses("there are no 0 of them", "teacher", "--pairs", "0", "--out", out);
        refuses("there are no 1000001 of them", "teacher", "--pairs", "1000001", "--out", out);
        refuses("--pairs", "teacher", "--pairs", "many", "--out", out);
        refuses("A shard holds at least one pair, not 0", "teacher", "--shard", "0", "--out", out);
        refuses("A batch holds at least one image, not 0", "teacher", "--batch", "0", "--out", out);
        refuses("There is no solver \"euler-7\"", "teacher", "--solver", "euler-7", "--out", out);
        refuses("There is no grid \"log\"", "teacher", "--grid", "log", "--out", out);
        refuses("NFE 0", "teacher", "--nfe", "0", "--out", out);
        refuses("no model 'sd'", "teacher", "--model", "sd", "--out", out);
        refuses("no such file: nowhere.json", "teacher", "--solver", "nowhere.json", "--out", out);
        assertFalse(Files.exists(folder.resolve("pairs")));
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Files.writeString(broken.resolve("manifest.json"), "{\"format\": ");
        refuses("manifest.json is truncated", "teacher", "--out", broken.toString());
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        refuses("is a file where a folder for pairs is needed", "teacher", "--out", file.toString());
    }

    @Test
    void files(@TempDir Path folder) throws IOException {
        refuses("nowhere", "fd", "--samples", folder.resolve("nowhere.npz").toString());
        refuses("nowhere", "train", "--data", folder.resolve("nowhere").toString(), "--out", folder.toString());
        Path text = Files.writeString(folder.resolve("text.npz"), "this is no archive");
        refuses("text.npz", "fd", "--samples", text.toString());

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("images.npy"));
            zip.write(npyHeader("(1000000000000,)"));
            zip.closeEntry();
        }
        Path huge = Files.write(folder.resolve("huge.npz"), bytes.toByteArray());
        refuses("huge.npz", "fd", "--samples", huge.toString());
        byte[] whole = bytes.toByteArray();
        Path half = Files.write(folder.resolve("half.npz"), java.util.Arrays.copyOf(whole, whole.length / 2));
        refuses("half.npz", "fd", "--samples", half.toString());
        Path npy = Files.write(folder.resolve("huge.npy"), npyHeader("(1000000, 1000, 1000, 3)"));
        refuses("huge.npy", "fd", "--samples", npy.toString());
    }

    @Test
    void namesAreThoseOfTheHelp(@TempDir Path folder) {
        refuses("'--images=PATH'", "fid");
        refuses("unpickle.py moments img64.pkl", "fid", "--images", folder.toString(), "--reference", "img64.pkl");
    }

    /** Headers, numbers and brackets were drawn as prompts. */
    @Test
    void tablesAreNoPrompts(@TempDir Path folder) throws IOException {
        Map<String, String> files = Map.of("a.tsv", "Prompt\tCategory\n", "b.csv", "id,prompt\n1,a cat\n", "c.json", "[\"a cat\"]",
                "d.jsonl", "{\"prompt\": \"a cat\"}\n", "e.txt", "{\"prompt\": \"a cat\"}\n", "f.txt", "a cat\tanimal\n");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = Files.writeString(folder.resolve(file.getKey()), file.getValue());
            refuses(file.getKey() + " is a table or JSON", "sample", "--model", "src/test/resources/nets/sd-small", "--prompts",
                    path.toString(), "--out", folder.resolve("x.npz").toString());
        }
        Path text = Files.writeString(folder.resolve("g.txt"), "\ufeffa cat, a dog\n");
        assertEquals("a cat, a dog", Conditions.prompts(text).of(0).get(0));
    }

    private static byte[] npyHeader(String shape) {
        String dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }";
        dictionary += " ".repeat(63 - (10 + dictionary.length()) % 64) + "\n";
        byte[] text = dictionary.getBytes(StandardCharsets.US_ASCII);
        byte[] out = new byte[10 + text.length];
        byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, (byte) (text.length >> 8)};
        System.arraycopy(start, 0, out, 0, 10);
        System.arraycopy(text, 0, out, 10, text.length);
        return out;
    }
}
