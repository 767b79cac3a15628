package s4s.learn;

import java.util.ArrayList;
import java.util.List;
import s4s.schedule.GridType;

/** The learned solvers that ship with a mini model. */
public final class Suite {

    private Suite() {}

    /**
     * S4S from three starts on three grids, and every other family from its usual start, for each NFE.
     *
     * @param nfes numbers of function evaluations, the most wanted first
     */
    public static List<Recipe> recipes(List<Integer> nfes) {
        List<Recipe> recipes = new ArrayList<>();
        for (int nfe : nfes) {
            recipes.add(usual(Families.S4S_ALT, GridType.LOGSNR, nfe));
            recipes.add(usual(Families.LD3, GridType.LOGSNR, nfe));
        }
        for (int nfe : nfes) {
            for (String start : List.of("ipndm-3", "dpmpp-3m", "unipc-3-bh1")) {
                for (GridType grid : List.of(GridType.LOGSNR, GridType.EDM, GridType.TIME_UNIFORM)) {
                    recipes.add(Recipe.usual(Families.S4S_LMS, start, grid, nfe));
                }
            }
        }
        for (int nfe : nfes) {
            recipes.add(usual(Families.GS, GridType.LOGSNR, nfe));
            recipes.add(usual(Families.BNS, GridType.LOGSNR, nfe));
            recipes.add(usual(Families.DYWEIGHT, GridType.TIME_UNIFORM, nfe));
            recipes.add(usual(Families.S4S_SS, GridType.TIME_UNIFORM, nfe));
            recipes.add(usual(Families.S4S_PC, GridType.TIME_UNIFORM, nfe));
        }
        return recipes;
    }

    private static Recipe usual(Families family, GridType grid, int nfe) {
        return Recipe.usual(family, family.init(), grid, nfe);
    }
}
