package s4s.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VarianceExploding;
import s4s.schedule.VpCosine;
import s4s.schedule.VpLinear;

/** Reads the text of an option {@code --schedule}. */
final class Schedules implements ITypeConverter<NoiseSchedule> {

    /** For help texts. */
    static final String NAMES = "edm, vp, vp-cosine, ldm, church, sd, edm-as-vp (GAS), ldm-ve, church-ve or sd-ve"
            + " (diff-sampler)";

    private static final Map<String, Supplier<NoiseSchedule>> KNOWN = new LinkedHashMap<>();

    static {
        KNOWN.put("edm", Edm::new);
        KNOWN.put("vp", VpLinear::new);
        KNOWN.put("vp-cosine", VpCosine::new);
        KNOWN.put("ldm", Discrete::latentDiffusion);
        KNOWN.put("church", Discrete::lsunChurch);
        KNOWN.put("sd", Discrete::stableDiffusion);
        KNOWN.put("edm-as-vp", VpLinear::edmAsVp);
        KNOWN.put("ldm-ve", () -> new VarianceExploding(Discrete.latentDiffusion()));
        KNOWN.put("church-ve", () -> new VarianceExploding(Discrete.lsunChurch()));
        KNOWN.put("sd-ve", () -> new VarianceExploding(Discrete.stableDiffusion()));
    }

    @Override
    public NoiseSchedule convert(String text) {
        if (!KNOWN.containsKey(text)) {
            throw new TypeConversionException("there is no schedule '" + text + "'; known are "
                    + String.join(", ", KNOWN.keySet()));
        }
        return KNOWN.get(text).get();
    }
}
