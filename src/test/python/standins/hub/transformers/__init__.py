"""Stands where transformers is: CLIP's text model, with few channels, up to the hidden states."""

import export_clip
import torch
from torch import nn


class CLIPTextConfig:
    def __init__(self, **config):
        self.size = {"width": config["hidden_size"], "inner": config["intermediate_size"], "layers": config["num_hidden_layers"],
                     "heads": config["num_attention_heads"], "activation": config["hidden_act"],
                     "places": config["max_position_embeddings"], "tokens": config["vocab_size"]}


class TextModel(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.embeddings, self.encoder = export_clip.TextEmbeddings(size["width"], size["tokens"], size["places"]), \
            export_clip.Encoder(size)
        self.final_layer_norm = nn.LayerNorm(size["width"])


class CLIPTextModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.text_model = TextModel(config.size)

    def forward(self, input_ids):
        later = torch.full((input_ids.shape[1],) * 2, float("-inf"), device=input_ids.device).triu(1)
        return (self.text_model.final_layer_norm(self.text_model.encoder(self.text_model.embeddings(input_ids), later)),)
