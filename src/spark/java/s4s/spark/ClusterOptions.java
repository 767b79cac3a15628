package s4s.spark;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Option;

/** Which Spark does the work. What spark-submit was told holds unless it is said again here. */
final class ClusterOptions {
    @Option(names = "--master", paramLabel = "URL",
            description = "Spark's master, for instance local[4] or spark://HOST:7077 (default: spark-submit's, else"
                + " local[2]).")
    private Optional<String> master = Optional.empty();

    @Option(names = "--conf", paramLabel = "NAME=VALUE", description = "A setting of Spark; may be repeated.")
    private final Map<String, String> settings = new LinkedHashMap<>();

    /**
     * Connects.
     *
     * @param name of the application
     */
    Cluster open(String name) {
        return Cluster.open(conf(name), false);
    }

    /** Connects for tasks that use all cores of their executor, as far as its number of cores is known beforehand. */
    Cluster openForWholeExecutors(String name) {
        SparkConf conf = conf(name);
        Matcher local = Pattern.compile("local(-cluster)?\\[(?:\\d+,)?(\\d+).*").matcher(conf.get("spark.master"));
        String cores = local.matches() ? local.group(2) : conf.get("spark.executor.cores", "1");
        conf.setIfMissing("spark.task.cpus", cores);
        return Cluster.open(conf, true);
    }

    private SparkConf conf(String name) {
        SparkConf conf = new SparkConf();
        settings.forEach(conf::set);
        master.ifPresent(conf::setMaster);
        conf.setIfMissing("spark.master", "local[2]");
        conf.setIfMissing("spark.app.name", name);
        return conf;
    }
}
