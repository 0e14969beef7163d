"""The peer: InstaGAN's training step in eager PyTorch, with the framework's defaults.

The same networks, losses, sequential mini-batches, image pools, spectral normalisation and optimizers as `trainStep` of
@instagan/core, on random data. Masks of a chunk go through the networks as one batch, as a PyTorch user would write it.

    python pytorch_step.py --height 64 --width 64 --ngf 16 --ndf 16 --blocks 9 --instances 4 --per-chunk 2 \
        --threads 2 --warm-up 1 --steps 5 --device cpu

Prints one line of JSON: {"version", "device", "threads", "seconds": [...], "peakRssBytes"}.
"""

import argparse
import json
import random
import resource
import time

import torch
import torch.nn.functional as F
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


class Pool:
    def __init__(self, capacity=50):
        self.capacity, self.samples = capacity, []

    def query(self, fresh):
        if len(self.samples) < self.capacity:
            self.samples.append(fresh)
            return fresh
        if random.random() < 0.5:
            return fresh
        place = random.randrange(self.capacity)
        old, self.samples[place] = self.samples[place], fresh
        return old


def main(options):
    device = torch.device(options.device)
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(0)
    generators = [Generator(options.ngf, options.blocks).to(device) for _ in range(2)]
    judges = [Discriminator(options.ndf).to(device) for _ in range(2)]
    pools = [Pool(), Pool()]
    weights = lambda networks: [p for network in networks for p in network.parameters()]
    optimizer_g = torch.optim.Adam(weights(generators), lr=2e-4, betas=(0.5, 0.999))
    optimizer_d = torch.optim.Adam(weights(judges), lr=1e-4, betas=(0.5, 0.999))
    shape = (options.height, options.width)
    images = [torch.rand(1, 3, *shape, device=device) * 2 - 1 for _ in range(2)]
    masks = [torch.rand(options.instances, 1, *shape, device=device).gt(0.7).float() * 2 - 1 for _ in range(2)]
    area = shape[0] * shape[1]

    def reconstruction(output, target):
        total = (output[0] - target[0]).abs().sum() + (output[1] - target[1]).abs().sum()
        return 10 * total / (area * (3 + options.per_chunk))

    def context(source, fake):
        covered = ((torch.cat([source[1], fake[1]]) + 1) / 2).sum(0, keepdim=True).clamp(0, 1)
        return 10 * ((1 - covered) * (source[0] - fake[0]).abs()).mean()

    def step():
        current, settled = list(images), [[], []]
        for first in range(0, options.instances, options.per_chunk):
            for network in judges:
                network.requires_grad_(False)
            optimizer_g.zero_grad()
            fakes = []
            for domain in range(2):
                forward, backward, judge = generators[domain], generators[1 - domain], judges[1 - domain]
                source = (current[domain], masks[domain][first : first + options.per_chunk])
                fake = forward(*source)
                so_far = torch.cat([*settled[domain], fake[1]])
                adversarial = (judge(fake[0], so_far) - 1).square().mean()
                loss = adversarial + reconstruction(backward(*fake), source) + context(source, fake)
                loss.backward()
                reconstruction(backward(*source), source).backward()
                settled[domain].append(fake[1].detach())
                current[domain] = fake[0].detach()
                fakes.append((fake[0].detach(), so_far.detach()))
            optimizer_g.step()
            for network in judges:
                network.requires_grad_(True)
            optimizer_d.zero_grad()
            for domain in range(2):
                judge = judges[1 - domain]
                shown = pools[1 - domain].query(fakes[domain])
                real = (judge(images[1 - domain], masks[1 - domain]) - 1).square().mean()
                ((real + judge(*shown).square().mean()) / 2).backward()
            optimizer_d.step()

    def timed():
        begin = time.perf_counter()
        step()
        if device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - begin

    for _ in range(options.warm_up):
        timed()
    seconds = [timed() for _ in range(options.steps)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    name = torch.cuda.get_device_name() if device.type == "cuda" else "cpu"
    report = {"version": torch.__version__, "device": name, "threads": torch.get_num_threads()}
    print(json.dumps({**report, "seconds": seconds, "peakRssBytes": peak}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("height", "width", "ngf", "ndf", "blocks", "instances", "per-chunk", "threads", "warm-up", "steps"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--device", default="cpu")
    main(parser.parse_args())
