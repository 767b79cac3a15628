package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A network trained with conditions, some of which were dropped, so that it also answers without. A condition is a class or a
 * text, see {@link ConditionEncoder}: one for all samples of a batch or one for each.
 *
 * @param network the conditional network
 * @param preconditioning its preconditioning
 * @param requests what it can be asked for
 */
public record ConditionalNetwork(Network network, Preconditioning preconditioning, ConditionEncoder requests)
        implements Conditional<List<String>> {

    /** Checks that network and vocabulary fit together. */
    public ConditionalNetwork {
        if (!network.conditionShape().equals(requests.shape())) {
            throw new IllegalArgumentException("the network takes a condition of the shape " + network.conditionShape()
                    + ", requests become " + requests.shape());
        }
    }

    @Override
    public Denoiser unconditional() {
        return new NetworkDenoiser(network, preconditioning, requests.none());
    }

    @Override
    public Denoiser given(List<String> asked) {
        return new NetworkDenoiser(network, preconditioning, requests.rows(asked));
    }

    /** One forward pass over a doubled batch, the first half without condition. */
    @Override
    public Denoiser guided(List<String> asked, double scale) {
        if (scale == 1) {
            return given(asked);                        // also of a network that does not know what no request is
        }
        float[] none = requests.none();
        float[] given = requests.rows(asked);
        return new Guidance(new NetworkDenoiser(network, preconditioning, none),
                new NetworkDenoiser(network, preconditioning, given), scale, (x, time) -> both(none, given, x, time));
    }

    private NDList both(float[] none, float[] given, NDArray x, NDArray time) {
        int batch = Math.toIntExact(x.getShape().get(0));
        List<float[]> all = new ArrayList<>(Collections.nCopies(batch, none));
        all.addAll(given.length == none.length ? Collections.nCopies(batch, given) : List.of(given));
        float[] rows = ConditionEncoder.join(all);
        NDManager caller = x.getManager();
        try (NDManager scope = caller.newSubManager()) {
            scope.tempAttachAll(x, time);
            NDArray times = time.size() == 1 ? time : time.concat(time, 0);
            NDList halves = new NetworkDenoiser(network, preconditioning, rows).predict(x.concat(x, 0), times).split(2);
            halves.attach(caller);
            return halves;
        }
    }
}
