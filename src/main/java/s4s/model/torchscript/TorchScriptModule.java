package s4s.model.torchscript;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.model.Devices;

/**
 * A function of tensors in a TorchScript file, its parameters frozen, that can be differentiated with respect to its inputs:
 * under a {@link ai.djl.training.GradientCollector}, inputs that require a gradient get one.
 *
 * <p>The file comes from {@code torch.jit.trace(module.eval(), examples).save(FILE)} or from {@code torch.jit.script}. Its
 * forward pass must not depend on whether the module is trained: gradients need the engine's training mode, which would turn on
 * dropout and batch statistics. Modules of torch up to the engine's version load.
 *
 * <p>A distance of images such as LPIPS is one that takes two float32 batches [B, C, H, W] and returns B numbers.
 */
public final class TorchScriptModule implements AutoCloseable {
    private final Path file;
    private final String sha256;
    private final Model model;
    private final Device device;
    private boolean differentiable;

    private TorchScriptModule(Path file, String sha256, Model model) {
        this.file = file;
        this.sha256 = sha256;
        this.model = model;
        this.device = model.getNDManager().getDevice();
    }

    /**
     * Loads a file.
     *
     * @param device where it computes, that of the manager of its inputs
     * @throws BadFileException if it is missing or no TorchScript file that the engine can load; the message is one line
     */
    public static TorchScriptModule load(Path file, Device device) throws IOException {
        String sha256 = Hashes.sha256(file);
        Model model = Model.newInstance(file.getFileName().toString(), device, "PyTorch");
        try {
            // parameters as parameters, not folded into constants under inference mode, which has no gradients
            model.load(file.toAbsolutePath(), null, Map.of("trainParam", "true", "mapLocation", "true"));
            model.getBlock().freezeParameters(true);
            return new TorchScriptModule(file, sha256, model);
        } catch (EngineException | MalformedModelException | IOException e) {
            model.close();
            throw new BadFileException(file + " is no TorchScript file that can be loaded (" + reason(e)
                    + "); save it by torch.jit.trace(...).save(...)", e);
        }
    }

    /**
     * Loads a file that belongs to the program.
     *
     * @param owner class beside which it lies
     * @param name of the file
     * @param device where it computes
     * @throws IOException if it cannot be read
     */
    public static TorchScriptModule resource(Class<?> owner, String name, Device device) throws IOException {
        Model model = Model.newInstance(name, device, "PyTorch");
        try (InputStream in = owner.getResourceAsStream(name)) {
            byte[] bytes = in.readAllBytes();
            model.load(new ByteArrayInputStream(bytes), Map.of("mapLocation", "true"));
            return new TorchScriptModule(Path.of(name), Hashes.sha256(bytes), model);
        } catch (EngineException | MalformedModelException e) {
            model.close();
            throw new IOException("the program's own " + name + " does not load (" + reason(e) + ")", e);
        }
    }

    /**
     * The function's values, computed on the device of the module.
     *
     * @param inputs what the module's forward takes, at least one
     * @return what it returns, on the device of the first input and attached to its manager
     * @throws IllegalArgumentException if the module does not take such inputs, or convolves inputs that require a gradient where
     *         the engine would compute a wrong one ({@link ConvolutionCheck}); the message is one line
     * @throws EngineException if the device has no memory left; see {@link Devices#outOfMemory}
     */
    public NDList forward(NDList inputs) {
        Block block = model.getBlock();
        if (!differentiable && inputs.stream().anyMatch(NDArray::hasGradient)) {
            boolean convolves = block.getParameters().values().stream()
                    .anyMatch(parameter -> parameter.isInitialized() && parameter.getArray().getShape().dimension() == 4);
            Optional<String> fault = convolves ? ConvolutionCheck.fault(device) : Optional.empty();
            if (fault.isPresent()) {
                throw new IllegalArgumentException(file + ": " + fault.get() + ".");
            }
            differentiable = true;
        }
        Device outside = inputs.head().getDevice();
        try {
            // always training: once a module ran under inference mode its results cannot be differentiated
            NDList outputs = block.forward(new ParameterStore(model.getNDManager(), false), on(device, inputs), true);
            return on(outside, outputs);
        } catch (EngineException e) {
            Devices.outOfMemory(e).ifPresent(advice -> {
                throw new EngineException(advice, e);     // no IllegalStateException: those say that a solver is bad
            });
            throw new IllegalArgumentException(file + " does not take inputs of the shapes "
                    + inputs.stream().map(a -> a.getDataType() + " " + a.getShape()).collect(Collectors.joining(" and "))
                    + " (" + reason(e) + ").", e);
        }
    }

    /**
     * {@link #forward(NDList)} of a module that returns one tensor.
     *
     * @throws IllegalArgumentException if it returns several, or does not take such inputs
     */
    public NDArray forward(NDArray... inputs) {
        NDList outputs = forward(new NDList(inputs));
        if (outputs.size() != 1) {
            throw new IllegalArgumentException(file + " returns " + outputs.size() + " tensors where one is expected.");
        }
        return outputs.head();
    }

    /** The arrays themselves where they are on the device already. */
    private static NDList on(Device device, NDList arrays) {
        return arrays.stream().allMatch(array -> array.getDevice().equals(device)) ? arrays : arrays.toDevice(device, false);
    }

    /** Hash of the file. */
    public String sha256() {
        return sha256;
    }

    /** Releases the module; its outputs stay. */
    @Override
    public void close() {
        model.close();
    }

    /** The line of the engine's report that says what is wrong, which comes last, after the code where it is wrong. */
    private static String reason(Exception e) {
        return Arrays.stream(String.valueOf(e.getMessage()).split("\\R")).map(String::strip)
                .takeWhile(line -> !line.startsWith("Exception raised from")).filter(line -> !line.isEmpty())
                .reduce((first, last) -> last).orElse("no reason given");
    }
}
