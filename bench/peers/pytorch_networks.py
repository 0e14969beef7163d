"""InstaGAN's networks in PyTorch, written as a user of the framework would: the authors' layers with its defaults."""

import torch
from torch import nn
from torch.nn.utils import spectral_norm


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        half = lambda: [nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width)]
        self.layers = nn.Sequential(*half(), nn.ReLU(True), *half())

    def forward(self, x):
        return x + self.layers(x)


def encoder(channels, ngf, blocks):
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(channels, ngf, 7), nn.InstanceNorm2d(ngf), nn.ReLU(True)]
    for width in (ngf, 2 * ngf):
        layers += [nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.InstanceNorm2d(2 * width), nn.ReLU(True)]
    return nn.Sequential(*layers, *(Block(4 * ngf) for _ in range(blocks)))


def decoder(base, channels):
    layers = []
    for width in (4 * base, 2 * base):
        layers += [
            nn.ConvTranspose2d(width, width // 2, 3, stride=2, padding=1, output_padding=1),
            nn.InstanceNorm2d(width // 2),
            nn.ReLU(True),
        ]
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(base, channels, 7), nn.Tanh())


class Generator(nn.Module):
    def __init__(self, ngf, blocks):
        super().__init__()
        self.image_encoder, self.mask_encoder = encoder(3, ngf, blocks), encoder(1, ngf, blocks)
        self.image_decoder, self.mask_decoder = decoder(2 * ngf, 3), decoder(3 * ngf, 1)

    def forward(self, image, masks):
        mask_features = self.mask_encoder(masks)
        context = torch.cat([self.image_encoder(image), mask_features.sum(0, keepdim=True)], 1)
        spread = context.expand(len(masks), -1, -1, -1)
        return self.image_decoder(context), self.mask_decoder(torch.cat([mask_features, spread], 1))


class Discriminator(nn.Module):
    def __init__(self, ndf):
        super().__init__()
        conv = lambda i, o, stride: spectral_norm(nn.Conv2d(i, o, 4, stride, 1))
        norm = lambda width: [nn.InstanceNorm2d(width), nn.LeakyReLU(0.2, True)]
        features = lambda channels: nn.Sequential(
            conv(channels, ndf, 2), nn.LeakyReLU(0.2, True),
            conv(ndf, 2 * ndf, 2), *norm(2 * ndf),
            conv(2 * ndf, 4 * ndf, 2), *norm(4 * ndf),
        )  # fmt: skip
        self.image_features, self.mask_features = features(3), features(1)
        self.classifier = nn.Sequential(conv(8 * ndf, 16 * ndf, 1), *norm(16 * ndf), conv(16 * ndf, 1, 1))

    def forward(self, image, masks):
        joined = [self.image_features(image), self.mask_features(masks).sum(0, keepdim=True)]
        return self.classifier(torch.cat(joined, 1))
