package s4s.learn;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.grid.Grids;
import s4s.schedule.NoiseSchedule;

/** A map from parameters to a solver's noise levels and to the conditioning times. */
public interface Times {

    /**
     * Levels over parameters.
     *
     * @param sigmas N + 1 noise levels, strictly decreasing
     * @param evaluateAt N conditioning times, as noise levels, at the grid points 0..N-1
     */
    record Levels(DerivativeStructure[] sigmas, DerivativeStructure[] evaluateAt) {}

    /** The start: the grid that the parameters were made from. */
    double[] start();

    /** What the parameters are, one for each. */
    Block[] blocks();

    /** The levels; {@code theta} has one parameter for each of {@link #blocks()}. */
    Levels levels(DerivativeStructure one, DerivativeStructure[] theta);

    /** The variable in which times are spaced when they are learned. */
    enum Space {
        /** Half the log SNR, {@code lambda = -log sigma}: pixel models. */
        LOG_SNR,
        /** The schedule's label: latent models. */
        LABEL
    }

    /** A grid that is not learned. */
    static Times fixed(double[] sigmas) {
        double[] grid = Grids.of(sigmas);
        return new Times() {
            @Override
            public double[] start() {
                return new double[0];
            }

            @Override
            public Block[] blocks() {
                return new Block[0];
            }

            @Override
            public Levels levels(DerivativeStructure one, DerivativeStructure[] theta) {
                DerivativeStructure[] sigma = Arrays.stream(grid).mapToObj(one::multiply).toArray(DerivativeStructure[]::new);
                return new Levels(sigma, Arrays.copyOf(sigma, sigma.length - 1));
            }
        };
    }

    /**
     * LD3's times. With N logits {@code z} and N - 1 offsets {@code xi}, in the variable {@code u} of a {@link Space},
     *
     * <pre>
     *   u_i = u_0 + (u_N - u_0) sum_{j &lt;= i} softmax(z)_j,      i = 0..N
     *   the network is told  u_0,  and  u_i + clip(xi_i)  for i = 1..N-1
     *   clip(xi) = xi / sqrt(1 + (xi / g)^2),                    g = min_i |u_{i+1} - u_i| / 2
     * </pre>
     *
     * The first and last levels stay. The offsets are 0 at the start, the logits the logarithms of the grid's intervals. The clip
     * keeps the bound g of LD3's hard one, but is smooth: an optimizer that knows curvature runs against a kink.
     *
     * @param sigmas the start, N + 1 noise levels, strictly decreasing and positive
     * @param schedule the network's schedule
     * @param space what the times are spaced in
     * @param decoupled whether the network may be told other levels than the states'; else there are no offsets
     * @see <a href="https://arxiv.org/abs/2405.15506">Tong et al. 2025</a>
     */
    static Times learned(double[] sigmas, NoiseSchedule schedule, Space space, boolean decoupled) {
        double[] grid = Grids.of(sigmas);
        if (grid[grid.length - 1] == 0) {
            throw new IllegalArgumentException("Learned times end above noise level 0; this grid ends at 0.");
        }
        int steps = grid.length - 1;
        return new Times() {
            @Override
            public double[] start() {
                double[] u = Arrays.stream(grid).map(s -> space == Space.LOG_SNR ? -Math.log(s) : schedule.time(s)).toArray();
                double[] theta = new double[blocks().length];
                for (int i = 0; i < steps; i++) {
                    theta[i] = Math.log((u[i + 1] - u[i]) / (u[steps] - u[0]));
                }
                return theta;
            }

            @Override
            public Block[] blocks() {
                return IntStream.range(0, decoupled ? 2 * steps - 1 : steps)
                        .mapToObj(i -> i < steps ? Block.TIMES : Block.OFFSETS).toArray(Block[]::new);
            }

            @Override
            public Levels levels(DerivativeStructure one, DerivativeStructure[] theta) {
                DerivativeStructure[] u = new DerivativeStructure[steps + 1];
                u[0] = variable(one.multiply(grid[0]));
                DerivativeStructure range = variable(one.multiply(grid[steps])).subtract(u[0]);
                double largest = Arrays.stream(theta, 0, steps).mapToDouble(DerivativeStructure::getValue).max().orElse(0);
                DerivativeStructure[] odds = Arrays.stream(theta, 0, steps)
                        .map(z -> z.subtract(largest).exp()).toArray(DerivativeStructure[]::new);
                DerivativeStructure sum = Arrays.stream(odds).reduce(DerivativeStructure::add).orElseThrow();
                DerivativeStructure[] sigma = new DerivativeStructure[steps + 1];
                sigma[0] = one.multiply(grid[0]);
                sigma[steps] = one.multiply(grid[steps]);
                DerivativeStructure gap = range.abs();
                DerivativeStructure part = one.multiply(0);
                for (int i = 1; i <= steps; i++) {
                    part = part.add(odds[i - 1]);
                    u[i] = u[0].add(range.multiply(part).divide(sum));
                    DerivativeStructure interval = u[i].subtract(u[i - 1]).abs();
                    gap = interval.getValue() < gap.getValue() ? interval : gap;
                    sigma[i] = i < steps ? level(u[i]) : sigma[i];
                }
                DerivativeStructure[] told = Arrays.copyOf(sigma, steps);
                for (int i = 1; decoupled && i < steps; i++) {
                    told[i] = level(u[i].add(clipped(theta[steps + i - 1], gap.multiply(0.5))));
                }
                return new Levels(sigma, told);
            }

            private DerivativeStructure variable(DerivativeStructure sigma) {
                return space == Space.LOG_SNR ? sigma.log().negate() : schedule.time(sigma);
            }

            private DerivativeStructure level(DerivativeStructure u) {
                return space == Space.LOG_SNR ? u.negate().exp() : schedule.sigma(u);
            }

            private DerivativeStructure clipped(DerivativeStructure xi, DerivativeStructure most) {
                DerivativeStructure part = xi.divide(most);
                return xi.divide(part.multiply(part).add(1).sqrt());
            }
        };
    }
}
