package s4s.io;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What decides the numbers of a result, by name: two results are of one kind if their recipes agree. */
public final class Recipes {
    private Recipes() {
    }

    /**
     * The first difference of two recipes, in words.
     *
     * @param then the recipe of what is there
     * @param now the recipe of what is to be made
     */
    public static Optional<String> difference(Map<String, String> then, Map<String, String> now) {
        Set<String> names = new LinkedHashSet<>(then.keySet());
        names.addAll(now.keySet());
        for (String name : names) {
            String earlier = then.getOrDefault(name, "(not given)");
            String later = now.getOrDefault(name, "(not given)");
            if (!earlier.equals(later)) {
                return Optional.of(name + " was " + earlier + ", now it is " + later);
            }
        }
        return Optional.empty();
    }
}
