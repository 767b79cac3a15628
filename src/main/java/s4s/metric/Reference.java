package s4s.metric;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import s4s.image.ImageSource;
import s4s.io.BadFileException;
import s4s.io.DType;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.model.repository.Models;

/**
 * Feature moments of real images, and which features and images they are of: an npz with {@code mu} [d] and {@code sigma}
 * [d, d], the names that FID scripts use, so files go both ways. Files of others do not say the rest: the count is then 0 and
 * the texts are empty.
 *
 * @param moments mean, covariance and count
 * @param about what they are of
 */
public record Reference(Moments.Gaussian moments, About about) {

    /**
     * What numbers are of; empty where a file does not say.
     *
     * @param features name of the feature network
     * @param featuresSha256 hash of its weights
     * @param data name of the images
     * @param dataSha256 hash of the images' file
     */
    public record About(String features, String featuresSha256, String data, String dataSha256) {
        /** Nothing is known. */
        public static final About UNKNOWN = new About("", "", "", "");

        /** Images of {@code images} in {@code features}. */
        public static About of(Features features, ImageSource images) throws IOException {
            return new About(features.network(), features.sha256(), images.source(), images.sha256());
        }

        /** What a file says; nothing where its {@code about} is that of another tool. */
        static About of(Npz npz) throws IOException {
            List<String> texts = npz.find("about").filter(array -> array.dtype() == DType.STRING).map(NpyArray::strings)
                    .orElse(List.of());
            return texts.size() == 4 ? new About(texts.get(0), texts.get(1), texts.get(2), texts.get(3)) : UNKNOWN;
        }

        /** In the order of a file. */
        List<String> texts() {
            return List.of(features, featuresSha256, data, dataSha256);
        }

        /**
         * Refuses features of another network, where that is known.
         *
         * @param title what is compared, for the message
         * @throws IllegalArgumentException naming both networks
         */
        public void require(Features other, String title) {
            if (!featuresSha256.isEmpty() && !featuresSha256.equals(other.sha256())) {
                throw new IllegalArgumentException(title + " was made with " + features + " (sha256 " + featuresSha256
                        + "), not with " + other.network() + " (sha256 " + other.sha256() + "); use the same file for both");
            }
        }
    }

    /**
     * Refuses features of another network or length.
     *
     * @param title what this is, for the message
     * @throws IllegalArgumentException naming both
     */
    public void require(Features other, String title) {
        about.require(other, title);
        if (moments.mean().length != other.size()) {
            throw new IllegalArgumentException(title + " is of features of length " + moments.mean().length + ", those of "
                    + other.network() + " have " + other.size());
        }
    }

    /** Name of the feature network. */
    public String features() {
        return about.features;
    }

    /** Hash of its weights. */
    public String featuresSha256() {
        return about.featuresSha256;
    }

    /** Name of the images. */
    public String data() {
        return about.data;
    }

    /** Hash of the images' file. */
    public String dataSha256() {
        return about.dataSha256;
    }

    /**
     * The reference of a model in {@code models}.
     *
     * @throws IOException if it is missing, or was made with other weights of its feature network than those here
     */
    public static Reference of(Models models, String model) throws IOException {
        Reference reference = read(models.path(model).resolve("reference.npz"));
        if (!reference.featuresSha256().equals(models.card(reference.features()).weightsSha256())) {
            throw new IOException("the reference of " + model + " was made with other weights of " + reference.features()
                    + " than those here: make it again with s4s evaluate");
        }
        return reference;
    }

    /** Writes mu, sigma, count and the texts. */
    public void write(Path npz) throws IOException {
        write(npz, Map.of());
    }

    /**
     * Writes mu, sigma, count and the texts, and more texts by name.
     *
     * @param notes for instance the provenance
     */
    public void write(Path npz, Map<String, String> notes) throws IOException {
        int d = moments.mean().length;
        double[] flat = new double[d * d];
        for (int i = 0; i < d; i++) {
            System.arraycopy(moments.covariance().getRow(i), 0, flat, i * d, d);
        }
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("mu", NpyArray.of(moments.mean(), d));
        arrays.put("sigma", NpyArray.of(flat, d, d));
        arrays.put("count", NpyArray.of(new long[] {moments.count()}, 1));
        arrays.put("about", NpyArray.of(about.texts()));
        notes.forEach((name, text) -> arrays.put(name, NpyArray.of(List.of(text))));
        Npz.write(npz, arrays);
    }

    /**
     * Reads what {@link #write} wrote, or another FID script.
     *
     * @throws IOException if the file is missing, its arrays do not fit together, or are no moments, see
     *         {@link Moments.Gaussian}
     */
    public static Reference read(Path npz) throws IOException {
        return read(npz, false);
    }

    /**
     * Reads a reference of spatial features where there is one: guided-diffusion's files have {@code mu_s} and {@code sigma_s}
     * beside {@code mu} and {@code sigma}.
     *
     * @param spatial whether to look for those
     * @throws IOException as {@link #read(Path)}
     */
    public static Reference read(Path npz, boolean spatial) throws IOException {
        try (Npz in = Npz.open(npz)) {
            boolean both = spatial && in.has("mu_s");
            double[] mean = floats(in, both ? "mu_s" : "mu");
            double[] flat = floats(in, both ? "sigma_s" : "sigma");
            int d = mean.length;
            if (d == 0 || flat.length != (long) d * d) {
                throw new BadFileException(npz + ": mu has " + d + " numbers and sigma " + flat.length + ", not " + (long) d * d
                        + "; make it again");
            }
            RealMatrix covariance = new Array2DRowRealMatrix(d, d);
            for (int i = 0; i < d; i++) {
                covariance.setRow(i, Arrays.copyOfRange(flat, i * d, (i + 1) * d));
            }
            return new Reference(new Moments.Gaussian(mean, covariance, count(in)), About.of(in));
        } catch (IllegalArgumentException e) {
            throw new BadFileException(npz + ": " + e.getMessage() + "; make it again", e);
        }
    }

    /** Whole numbers are what is left of moments that were cut. */
    private static double[] floats(Npz in, String name) throws IOException {
        NpyArray array = in.get(name);
        if (array.dtype().isWhole()) {
            throw new IllegalArgumentException(name + " holds " + array.dtype().name().toLowerCase(Locale.ROOT)
                    + ", where mean and covariance are floats");
        }
        return array.doubles();
    }

    /** How many images a file says that it is of; 0 where it does not say so as we do. */
    private static long count(Npz in) throws IOException {
        Optional<NpyArray> count = in.find("count").filter(array -> array.size() == 1 && !array.dtype().isText());
        double pictures = count.isPresent() ? count.get().doubles()[0] : 0;
        return pictures >= 0 && pictures < 1e15 && pictures == Math.rint(pictures) ? (long) pictures : 0;
    }
}
