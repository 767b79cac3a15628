package s4s.verify;

import java.util.Arrays;
import s4s.grid.StepLayout;
import s4s.io.NpyArray;
import s4s.schedule.NoiseSchedule;

/** Our own grids of runs, as the vectors store them: the ends of the steps in the schedule's time. */
final class OfficialTimes {

    private OfficialTimes() {}

    /**
     * @param run the run
     * @param schedule its schedule
     * @param layout the steps of its method
     */
    static double[] of(Run run, NoiseSchedule schedule, StepLayout layout) {
        return Arrays.stream(levels(run, schedule, layout)).map(schedule::time).toArray();
    }

    private static double[] levels(Run run, NoiseSchedule schedule, StepLayout layout) {
        if (run.grid().equals("from mu_logit")) {
            NpyArray theta = run.params().get("mu_logit");
            if (theta == null) {
                throw new IllegalArgumentException("there is no array mu_logit among the parameters");
            }
            return OfficialGrids.fromMuLogit(schedule, theta.doubles());
        }
        if (run.solver().equals("kd_dpm_fast")) {                // is told the ends of the range and makes its steps itself
            return new double[] {schedule.sigmaMax(), schedule.sigmaMin()};
        }
        int steps = layout.orders().size();
        return steps == layout.intervals() || layout.inner().isPresent()
                ? OfficialGrids.levels(run.family(), run.grid(), schedule, steps)
                : OfficialGrids.singleStepEnds(run.grid(), schedule, layout.orders());
    }
}
