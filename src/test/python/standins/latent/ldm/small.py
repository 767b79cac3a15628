"""Stands where CompVis/latent-diffusion has its LatentDiffusion and autoencoders: their contracts, with few channels."""

import contextlib

import torch
from ldm.util import instantiate_from_config
from small_unet import Codebook, ConditionalUNet, Upwards
from torch import nn


class ClassEmbedder(nn.Module):
    def __init__(self, embed_dim, n_classes=1000, key="class"):
        super().__init__()
        self.key, self.embedding = key, nn.Embedding(n_classes, embed_dim)

    def forward(self, batch):
        return self.embedding(batch[self.key][:, None])


class VQModelInterface(nn.Module):
    def __init__(self, embed_dim, n_embed, width, ckpt_path=None):
        super().__init__()
        assert ckpt_path is None                           # the file that a real configuration names is not there
        self.encoder = nn.Conv2d(3, embed_dim, 2, 2)
        self.quantize, self.decoder = Codebook(n_embed, embed_dim), Upwards(embed_dim, width)
        self.post_quant_conv = nn.Conv2d(embed_dim, embed_dim, 1)

    def decode(self, h, force_not_quantize=False):
        return self.decoder(self.post_quant_conv(h if force_not_quantize else self.quantize(h)[0]))


class AutoencoderKL(nn.Module):
    def __init__(self, embed_dim, width):
        super().__init__()
        self.decoder, self.post_quant_conv = Upwards(embed_dim, width), nn.Conv2d(embed_dim, embed_dim, 1)

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))


class Averages(nn.Module):
    """Averaged weights beside the trained ones."""

    def __init__(self, model):
        super().__init__()
        for name, parameter in model.named_parameters():
            self.register_buffer(name.replace(".", ""), parameter.detach().clone())

    def exchange(self, model):
        for name, parameter in model.named_parameters():
            buffer = getattr(self, name.replace(".", ""))
            kept = parameter.detach().clone()
            parameter.data.copy_(buffer)
            buffer.copy_(kept)


class Wrapper(nn.Module):
    def __init__(self, unet):
        super().__init__()
        self.diffusion_model = unet

    def forward(self, x, t, c_concat=None, c_crossattn=None):
        return self.diffusion_model(x, t, *([torch.cat(c_crossattn, 1)] if c_crossattn else []))


class LatentDiffusion(nn.Module):
    def __init__(self, channels, image_size, width, linear_start, linear_end, timesteps, first_stage_config, cond_stage_config,
                 scale_factor=1.0, use_ema=True):
        super().__init__()
        self.channels, self.image_size, self.parameterization, self.use_ema = channels, image_size, "eps", use_ema
        classes = isinstance(cond_stage_config, dict)
        self.cond_stage_model = instantiate_from_config(cond_stage_config) if classes else None
        context = cond_stage_config["params"]["embed_dim"] if classes else 0
        self.model = Wrapper(ConditionalUNet(channels, width, context))
        if use_ema:
            self.model_ema = Averages(self.model)
        self.first_stage_model = instantiate_from_config(first_stage_config)
        self.scale_factor = scale_factor
        betas = torch.linspace(linear_start ** 0.5, linear_end ** 0.5, timesteps, dtype=torch.float64) ** 2
        self.register_buffer("betas", betas.float())

    def get_learned_conditioning(self, c):
        return self.cond_stage_model(c)

    def apply_model(self, x, t, cond):
        return self.model(x, t, c_crossattn=None if cond is None else [cond])

    @contextlib.contextmanager
    def ema_scope(self):
        if self.use_ema:
            self.model_ema.exchange(self.model)
        try:
            yield
        finally:
            if self.use_ema:
                self.model_ema.exchange(self.model)
