package s4s.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import s4s.data.NpyArray;
import s4s.data.Npz;
import s4s.model.Models;

/**
 * Feature moments of real images, and which features and images they are of: the file
 * {@code reference.npz} of a model.
 *
 * @param moments mean, covariance and count
 * @param features name of the feature network
 * @param featuresSha256 hash of its weights
 * @param data name of the images
 * @param dataSha256 hash of the images' file
 */
public record Reference(Moments.Gaussian moments, String features, String featuresSha256, String data,
        String dataSha256) {
    /**
     * The reference of a model in {@code models}.
     *
     * @throws IOException if it is missing, or was made with other weights of its feature network than those here
     */
    public static Reference of(Models models, String model) throws IOException {
        Reference reference = read(models.path(model).resolve("reference.npz"));
        if (!reference.featuresSha256.equals(models.card(reference.features).weightsSha256())) {
            throw new IOException("the reference of " + model + " was made with other weights of " + reference.features
                    + " than those here: make it again with s4s evaluate");
        }
        return reference;
    }

    /** Writes mu, sigma (the names FID files use), count and the four texts. */
    public void write(Path npz) throws IOException {
        int d = moments.mean().length;
        double[] flat = new double[d * d];
        for (int i = 0; i < d; i++) {
            System.arraycopy(moments.covariance().getRow(i), 0, flat, i * d, d);
        }
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("mu", NpyArray.of(moments.mean(), d));
        arrays.put("sigma", NpyArray.of(flat, d, d));
        arrays.put("count", NpyArray.of(new long[] {moments.count()}, 1));
        arrays.put("about", NpyArray.of(List.of(features, featuresSha256, data, dataSha256)));
        Npz.write(npz, arrays);
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if the file is missing or its arrays do not fit together
     */
    public static Reference read(Path npz) throws IOException {
        try (Npz in = Npz.open(npz)) {
            double[] mean = in.get("mu").doubles();
            double[] flat = in.get("sigma").doubles();
            List<String> about = in.get("about").strings();
            int d = mean.length;
            if (flat.length != d * d || about.size() != 4) {
                throw new IOException(npz + ": mu has " + d + " numbers and sigma " + flat.length
                        + "; make it again with s4s evaluate");
            }
            RealMatrix covariance = new Array2DRowRealMatrix(d, d);
            for (int i = 0; i < d; i++) {
                covariance.setRow(i, java.util.Arrays.copyOfRange(flat, i * d, (i + 1) * d));
            }
            return new Reference(new Moments.Gaussian(mean, covariance, in.get("count").longs()[0]),
                    about.get(0), about.get(1), about.get(2), about.get(3));
        }
    }
}
