package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.List;

/**
 * A network trained with conditions, some of which were dropped, so that it also answers without. A condition is a class or a
 * text, see {@link Vocabulary}: one for all samples of a batch or one for each.
 *
 * @param network the conditional network
 * @param preconditioning its preconditioning
 * @param vocabulary what it can be asked for
 */
public record ConditionalNetwork(UNet network, Preconditioning preconditioning, Vocabulary vocabulary)
        implements Conditional<List<String>> {

    /** Checks that network and vocabulary fit together. */
    public ConditionalNetwork {
        if (network.config().conditions() != vocabulary.size()) {
            throw new IllegalArgumentException("the network takes " + network.config().conditions()
                    + " numbers as its condition, the vocabulary makes " + vocabulary.size());
        }
    }

    @Override
    public Denoiser unconditional() {
        return new NetworkDenoiser(network, preconditioning, vocabulary.vector());
    }

    @Override
    public Denoiser given(List<String> conditions) {
        return new NetworkDenoiser(network, preconditioning, vocabulary.vectors(conditions));
    }

    /** One forward pass over a doubled batch, the first half without condition. */
    @Override
    public Denoiser guided(List<String> conditions, double scale) {
        return new Guidance(unconditional(), given(conditions), scale, (x, label) -> both(conditions, x, label));
    }

    private NDList both(List<String> conditions, NDArray x, NDArray label) {
        int batch = Math.toIntExact(x.getShape().get(0));
        List<String> each = conditions.size() == 1 ? Collections.nCopies(batch, conditions.get(0)) : conditions;
        float[] rows = Vocabulary.join(List.of(Vocabulary.join(Collections.nCopies(batch, vocabulary.vector())),
                vocabulary.vectors(each)));
        NDManager caller = x.getManager();
        try (NDManager scope = caller.newSubManager()) {
            scope.tempAttachAll(x, label);
            NDArray labels = label.size() == 1 ? label : label.concat(label, 0);
            NDList halves = new NetworkDenoiser(network, preconditioning, rows).predict(x.concat(x, 0), labels).split(2);
            halves.attach(caller);
            return halves;
        }
    }
}
