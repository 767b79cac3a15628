package s4s.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import s4s.data.BadFileException;
import s4s.model.TorchScriptModule;

/** Features by a TorchScript file: uint8 [n, 3, height, width] to float32 [n, d], all preprocessing inside. */
public final class ScriptFeatures implements Features, AutoCloseable {
    private static final int PROBE = 32;
    private final TorchScriptModule module;
    private final String name;
    private final int size;

    private ScriptFeatures(TorchScriptModule module, String name, int size) {
        this.module = module;
        this.name = name;
        this.size = size;
    }

    /**
     * Loads a file.
     *
     * @param manager parent of working memory
     * @throws IOException if it is no such file
     */
    public static ScriptFeatures load(Path file, NDManager manager) throws IOException {
        TorchScriptModule module = TorchScriptModule.load(file);
        try (NDManager scope = manager.newSubManager()) {
            Shape shape = module.forward(scope.zeros(new Shape(1, 3, PROBE, PROBE), DataType.UINT8)).getShape();
            if (shape.dimension() != 2) {
                throw new BadFileException(file + " makes features of shape " + shape + ", not [n, d]");
            }
            return new ScriptFeatures(module, file.getFileName().toString(), (int) shape.get(1));
        } catch (IOException | RuntimeException e) {
            module.close();
            throw e;
        }
    }

    @Override
    public NDArray of(NDArray pictures) {
        return module.forward(pictures);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public String metric() {
        return "FD (" + name + ")";
    }

    @Override
    public String network() {
        return name;
    }

    @Override
    public String sha256() {
        return module.sha256();
    }

    @Override
    public String preprocessing() {
        return "inside " + name;
    }

    @Override
    public void close() {
        module.close();
    }
}
