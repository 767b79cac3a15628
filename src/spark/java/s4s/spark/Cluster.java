package s4s.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import s4s.app.Backend;
import s4s.app.Parcel;
import s4s.app.Shared;
import scala.Function2;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/** Spark's executors, each piece of work in a task of its own. */
final class Cluster implements Backend {
    /** What the launcher gives to every Java of this project. */
    private static final String JAVA_OPTIONS = "-Dai.djl.offline=true -Dai.djl.pytorch.graph_optimizer=false";
    /** See there, too: memory of tensors is kept, and threads that wait do not stall others. */
    private static final Map<String, String> ENVIRONMENT = Map.of("GOMP_SPINCOUNT", "3000", "MALLOC_ARENA_MAX", "1",
            "MALLOC_TRIM_THRESHOLD_", "1073741824", "MALLOC_MMAP_THRESHOLD_", "4294967296");

    private static final String JAR = "s4s.spark.jar";

    private final JavaSparkContext context;
    private final boolean whole;
    private final Map<Shared<?>, Remote<?>> remotes = new IdentityHashMap<>();

    private Cluster(JavaSparkContext context, boolean whole) {
        this.context = context;
        this.whole = whole;
    }

    /**
     * Connects with settings, to which those that this project needs are added; executors here get our class path.
     *
     * @param whole whether a process does one piece of work at a time
     */
    static Cluster open(SparkConf conf, boolean whole) {
        boolean local = conf.get("spark.master").matches("local(\\[.*\\])?");
        // results are written as they come in and not kept, so that their sum need not be limited
        conf.setIfMissing("spark.driver.maxResultSize", "0");
        conf.set("spark.executor.extraJavaOptions", conf.get("spark.executor.extraJavaOptions", "") + " " + JAVA_OPTIONS);
        ENVIRONMENT.forEach((name, value) -> conf.setIfMissing("spark.executorEnv." + name, value));
        if (local) {
            conf.setIfMissing("spark.ui.enabled", "false");
        } else if (conf.get("spark.master").startsWith("local-cluster")) {
            conf.setIfMissing("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        } else if (System.getProperty(JAR) != null) {                      // not from spark-submit, which knows its jar
            Path jar = Path.of(System.getProperty(JAR));
            if (!Files.exists(jar)) {
                throw new IllegalArgumentException("executors need " + jar
                        + ": build it by mvn -B -P spark -DskipTests package");
            }
            conf.setIfMissing("spark.jars", jar.toString());
        }
        return new Cluster(new JavaSparkContext(conf), whole);
    }

    /** Spark itself. */
    JavaSparkContext context() {
        return context;
    }

    @Override
    public boolean isHere() {
        return false;
    }

    /**
     * {@inheritDoc}
     *
     * <p>What was taken is not computed again, whatever happens to the executor that computed it.
     *
     * @throws RuntimeException the exception of a task that failed as often as Spark allows ({@code spark.task.maxFailures})
     */
    @Override
    public <S, A, B> void run(Shared<S> shared, List<A> pieces, Task<S, A, B> task, Taker<B> taker, Watcher watcher)
            throws IOException {
        if (pieces.isEmpty()) {
            return;
        }
        Remote<S> remote = remote(shared);
        Function2<TaskContext, Iterator<A>, B> inTask = (Function2<TaskContext, Iterator<A>, B> & Serializable)
                (taskContext, work) -> remote.work(task, work.next());
        Function2<Object, B, BoxedUnit> onDriver = (index, result) -> {
            try {
                taker.take((Integer) index, result);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return BoxedUnit.UNIT;
        };
        ClassTag<B> tag = ClassTag$.MODULE$.apply(Object.class);
        List<Object> numbers = IntStream.range(0, pieces.size()).<Object>mapToObj(i -> i).toList();
        Seq<Object> partitions = CollectionConverters.asScala(numbers).toSeq();
        try {
            context.sc().runJob(context.parallelize(pieces, pieces.size()).rdd(), inTask, partitions, onDriver, tag);
        } catch (Exception e) {
            throw cause(e);
        }
    }

    /** What executors load for this, whose files are sent once. */
    @SuppressWarnings("unchecked")
    private <S> Remote<S> remote(Shared<S> shared) throws IOException {
        Remote<S> known = (Remote<S>) remotes.get(shared);
        if (known != null) {
            return known;
        }
        Parcel parcel = shared.packing().pack();
        Remote<S> made = new Remote<>(parcel.sha256(), shared.kind(), context.broadcast(parcel), shared.loader(), whole);
        remotes.put(shared, made);
        return made;
    }

    /** What went wrong, without what Spark says around it. */
    private static RuntimeException cause(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getClass().getName().startsWith("org.apache.spark.")) {
            cause = cause.getCause();
        }
        return cause instanceof RuntimeException plain ? plain : new IllegalStateException(cause.getMessage(), cause);
    }

    @Override
    public void close() {
        context.close();
    }
}
