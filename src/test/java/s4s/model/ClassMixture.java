package s4s.model;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * A mixture of Gaussians whose classes are some of its components each: the exact class-conditional model.
 *
 * @param unconditional all components
 * @param classes the components of each class, by the class's name
 */
public record ClassMixture(GaussianMixture unconditional, Map<String, int[]> classes) {

    public ClassMixture {
        classes = Map.copyOf(classes);
    }

    /** The mixture of one class. */
    public GaussianMixture given(String name) {
        int[] components = classes.get(name);
        if (components == null) {
            throw new IllegalArgumentException("There is no class \"" + name + "\"; known are "
                    + classes.keySet().stream().sorted().collect(Collectors.joining(", ")) + ".");
        }
        return unconditional.only(components);
    }

    /** That class, with classifier-free guidance. */
    public Guidance guided(String name, double scale) {
        return new Guidance(unconditional, given(name), scale);
    }
}
