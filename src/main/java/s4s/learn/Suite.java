package s4s.learn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import s4s.grid.GridType;

/** The learned solvers that ship with a mini model. */
public final class Suite {

    private Suite() {}

    /**
     * S4S from three starts on three grids, and every other family from its usual start, for each NFE; those around 5 first.
     *
     * @param sizes numbers of function evaluations
     * @param grid where solvers with free times start
     */
    public static List<Recipe> recipes(List<Integer> sizes, GridType grid) {
        List<Integer> nfes = inOrder(sizes);
        List<Recipe> recipes = new ArrayList<>();
        for (int nfe : nfes) {
            recipes.add(usual(Families.S4S_JOINT, grid, nfe));
            recipes.add(usual(Families.LD3, grid, nfe));
        }
        for (int nfe : nfes) {
            for (String start : List.of("ipndm-3", "dpmpp-3m", "unipc-3-bh1")) {
                for (GridType fixed : grids(grid)) {
                    recipes.add(Recipe.usual(Families.S4S_LMS, start, fixed, nfe));
                }
            }
        }
        for (int nfe : nfes) {
            recipes.add(usual(Families.GS, grid, nfe));
            recipes.add(usual(Families.BNS, grid, nfe));
            recipes.add(usual(Families.DYWEIGHT, GridType.TIME_UNIFORM, nfe));
            recipes.add(usual(Families.S4S_SS, GridType.TIME_UNIFORM, nfe));
            recipes.add(usual(Families.S4S_PC, GridType.TIME_UNIFORM, nfe));
        }
        return recipes;
    }

    /** The part of {@link #recipes} that benchmarks are summed up by: S4S-joint, LD3, S4S and GS from one start each. */
    public static List<Recipe> brief(List<Integer> sizes, GridType grid) {
        return inOrder(sizes).stream().flatMap(nfe -> Stream.of(Families.S4S_JOINT, Families.LD3, Families.S4S_LMS, Families.GS)
                .map(family -> usual(family, grid, nfe))).toList();
    }

    private static List<Integer> inOrder(List<Integer> sizes) {
        return sizes.stream().sorted(Comparator.comparingInt(nfe -> Math.abs(nfe - 5))).toList();
    }

    private static List<GridType> grids(GridType first) {
        return Stream.of(first, GridType.LOGSNR, GridType.EDM, GridType.TIME_UNIFORM).distinct().limit(3).toList();
    }

    private static Recipe usual(Families family, GridType grid, int nfe) {
        return Recipe.usual(family, family.init(), grid, nfe);
    }
}
