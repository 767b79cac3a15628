package s4s.verify;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import s4s.metric.Frechet;
import s4s.metric.Kid;
import s4s.metric.Moments;
import s4s.metric.Prdc;

/** FID in its variants, KID, precision, recall, density and coverage; those of index.json and those beside the features. */
record MetricCheck(Workshop workshop) implements Check {

    private static final Pattern PRDC = Pattern.compile("(precision|recall|density|coverage)_k(\\d+)");
    private static final Pattern SHIFTED = Pattern.compile("fid_sqrtm_eps(1e-?\\d+)");
    /** With fewer vectors than features scipy's root is complex, and exact zeros cost the root of a product half its digits. */
    private static final double RANK_DEFICIENT = 1e-4;
    /** What the exact distance of such sets is held to. */
    private static final double EXACT = 1e-7;

    @Override
    public String file() {
        return "metrics.npz";
    }

    @Override
    public List<VerificationCase> cases() throws IOException {
        List<VerificationCase> cases = new ArrayList<>();
        for (Map.Entry<String, Map<String, String>> group : workshop.vectors().groups(file()).entrySet()) {
            String set = group.getKey();
            for (Map.Entry<String, String> array : group.getValue().entrySet()) {
                String name = array.getKey();
                if (!List.of("x", "y", "real", "fake").contains(name)) {
                    cases.add(metric(set, name, file() + ":" + array.getValue(),
                            () -> workshop.vectors().numbers(file(), array.getValue()).values()));
                }
            }
        }
        for (JsonObject entry : workshop.vectors().list("metrics")) {
            addIndexed(entry, cases);
        }
        return cases;
    }

    /** Numbers that are expected. */
    private interface Expected {
        double[] get() throws IOException;
    }

    private VerificationCase metric(String set, String name, String id, Expected expected) throws IOException {
        double tolerance = !name.startsWith("fid") || !rankDeficient(set) ? VerificationCase.TOLERANCE
                : name.equals("fid") ? EXACT : RANK_DEFICIENT;
        return new VerificationCase(id, Optional.empty(), tolerance,
                () -> Deviation.of(name, expected.get(), compute(set, name)));
    }

    /** An entry like {"id": "shared/fid/d16", "fid": 3.4} or {"id": "shared/prdc/pr_a/k3", "k": 3, "recall": 0.6}. */
    private void addIndexed(JsonObject entry, List<VerificationCase> cases) throws IOException {
        String id = Vectors.optional(entry, "id").orElse("(no id)");
        String suffix = Vectors.optional(entry, "k").map(k -> "_k" + k).orElse("");
        String[] parts = id.split("/");
        String set = parts[Math.max(0, parts.length - (suffix.isEmpty() ? 1 : 2))];
        for (Map.Entry<String, JsonElement> field : entry.entrySet()) {
            String name = field.getKey().replace("eps1e6", "eps1e-6") + suffix;
            if (field.getKey().matches("fid.*|kid.*") || PRDC.matcher(name).matches()) {
                double value = field.getValue().getAsDouble();
                cases.add(metric(set, name, id + ":" + field.getKey(), () -> new double[] {value}));
            }
        }
    }

    private boolean rankDeficient(String set) throws IOException {
        if (!workshop.vectors().has(file(), set + "/x") || !workshop.vectors().has(file(), set + "/y")) {
            return false;
        }
        Numbers x = features(set, "x");
        return Math.min(x.rows(), features(set, "y").rows()) <= x.width();
    }

    private double[] compute(String set, String name) throws IOException {
        Matcher prdc = PRDC.matcher(name);
        if (prdc.matches()) {
            return new double[] {prdc(set, prdc.group(1), Integer.parseInt(prdc.group(2)))};
        }
        Matcher shifted = SHIFTED.matcher(name);
        if (shifted.matches()) {
            return new double[] {shifted(set, Double.parseDouble(shifted.group(1)))};
        }
        return switch (name) {
            case "mu_x" -> moments(set, "x").mean();
            case "mu_y" -> moments(set, "y").mean();
            case "cov_x" -> flat(moments(set, "x").covariance());
            case "cov_y" -> flat(moments(set, "y").covariance());
            case "fid", "fid_sqrtm", "fid_eigh" -> new double[] {Frechet.distance(moments(set, "x"), moments(set, "y"))};
            case "kid", "kid_poly3_unbiased" -> new double[] {Kid.between(
                    floats(features(set, "x")), floats(features(set, "y")), features(set, "x").width())};
            default -> throw new UnknownNameException("there is no metric " + name);
        };
    }

    private double prdc(String set, String name, int k) throws IOException {
        Prdc prdc = Prdc.of(floats(features(set, "real")), floats(features(set, "fake")), features(set, "real").width(), k);
        return switch (name) {
            case "precision" -> prdc.precision();
            case "recall" -> prdc.recall();
            case "density" -> prdc.density();
            default -> prdc.coverage();
        };
    }

    /** The distance with {@code eps I} added to both covariances inside the root only. */
    private double shifted(String set, double eps) throws IOException {
        Moments.Gaussian x = shifted(moments(set, "x"), eps);
        return Frechet.distance(x, shifted(moments(set, "y"), eps)) - 2 * eps * x.mean().length;
    }

    private static Moments.Gaussian shifted(Moments.Gaussian g, double eps) {
        RealMatrix identity = MatrixUtils.createRealIdentityMatrix(g.mean().length);
        return new Moments.Gaussian(g.mean(), g.covariance().add(identity.scalarMultiply(eps)), g.count());
    }

    private Moments.Gaussian moments(String set, String side) throws IOException {
        Numbers features = features(set, side);
        Moments moments = new Moments(features.width());
        moments.add(floats(features));
        return moments.gaussian();
    }

    private Numbers features(String set, String side) throws IOException {
        return workshop.vectors().numbers(file(), set + "/" + side);
    }

    private static double[] flat(RealMatrix matrix) {
        double[] flat = new double[matrix.getRowDimension() * matrix.getColumnDimension()];
        for (int i = 0; i < matrix.getRowDimension(); i++) {
            System.arraycopy(matrix.getRow(i), 0, flat, i * matrix.getColumnDimension(), matrix.getColumnDimension());
        }
        return flat;
    }

    private static float[] floats(Numbers numbers) {
        float[] floats = new float[numbers.values().length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers.values()[i];
        }
        return floats;
    }
}
