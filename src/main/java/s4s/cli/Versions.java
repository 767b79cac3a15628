package s4s.cli;

import picocli.CommandLine.IVersionProvider;
import s4s.io.Provenance;

/** What {@code s4s --version} says. */
final class Versions implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"s4s " + Provenance.versions().get("s4s")};
    }
}
