"""Stands where diffusers is: the contracts of UNet2DConditionModel and AutoencoderKL, with few channels."""

from small_unet import ConditionalUNet, Upwards
from torch import nn


class Configured(nn.Module):
    @classmethod
    def from_config(cls, config):
        return cls(**config)


class UNet2DConditionModel(Configured):
    def __init__(self, in_channels, sample_size, block_out_channels, cross_attention_dim):
        super().__init__()
        self.inner = ConditionalUNet(in_channels, block_out_channels[0], cross_attention_dim)

    def forward(self, sample, timestep, encoder_hidden_states, return_dict=True):
        assert not return_dict
        return (self.inner(sample, timestep.expand(sample.shape[0]), encoder_hidden_states),)


class AutoencoderKL(Configured):
    """Its decoder has attention by the name of 2023, and files by that of 2022."""

    def __init__(self, latent_channels, block_out_channels, scaling_factor=0.18215):
        super().__init__()
        self.decoder = Upwards(latent_channels, block_out_channels[0])
        self.mid = nn.ModuleDict({"to_q": nn.Linear(latent_channels, latent_channels)})

    def decode(self, z, return_dict=True):
        assert not return_dict
        return (self.decoder(z + self.mid["to_q"](z.transpose(1, 3)).transpose(1, 3)),)
