package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import s4s.grid.GridType;
import s4s.image.ImageSet;
import s4s.model.Decoder;
import s4s.model.Denoiser;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.NetworkDenoiser;
import s4s.model.Preconditioning;
import s4s.model.mini.UNet;
import s4s.model.mini.Weights;
import s4s.sampling.Sampling;
import s4s.solver.Solvers;

/** What objectives of diffusion models share. */
interface Diffusion extends Objective {

    int PREVIEWS = 64;

    @Override
    UNet.Config network();

    /** The wrapping in which the network is trained. */
    Preconditioning preconditioning();

    /** What makes images of samples. */
    Decoder decoder();

    /** The denoiser that a preview shows. */
    default Denoiser denoiser(Weights weights) {
        return new NetworkDenoiser(new UNet(network(), weights), preconditioning());
    }

    @Override
    default Map<String, Shape> weightShapes() {
        return network().weightShapes();
    }

    @Override
    default Weights initial(NDManager manager, long seed) {
        return UNet.initial(network(), manager, seed);
    }

    @Override
    default Shape sampleShape() {
        return network().sampleShape();
    }

    /** Sixty-four samples of ten steps. */
    @Override
    default Optional<ImageSet> preview(Weights weights, Examples examples) {
        try (NDManager scope = Devices.manager()) {
            DiffusionModel model = DiffusionModel.of(denoiser(weights), decoder());
            NDArray pictures = model.decoder().decode(Sampling.images(scope, model,
                    Solvers.named("unipc-3-bh1").on(GridType.LOGSNR, model.schedule(), 10),
                    LongStream.range(0, PREVIEWS).toArray(), PREVIEWS));
            Shape shape = pictures.getShape();
            return Optional.of(ImageSet.of(pictures.toFloatArray(), (int) shape.get(2), (int) shape.get(3), "samples"));
        }
    }
}
