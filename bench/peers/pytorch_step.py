"""The peer of `trainStep`: InstaGAN's training step in eager PyTorch, with the framework's defaults.

The same losses, sequential mini-batches, image pools, spectral normalisation and optimizers, on random data: in each chunk and
direction three passes of generators, one pass of a discriminator for the generator and two, real and fake, for itself. Masks of a
chunk go through the networks as one batch, as a PyTorch user would write it, and the discriminator's two passes are two calls, as in
the authors' code (ours joins them to one batch).

    python pytorch_step.py --height 64 --width 64 --ngf 16 --ndf 16 --blocks 9 --instances 4 --per-chunk 2 \
        --vary 0 --threads 2 --warm-up 1 --repeats 5 --device cpu

With --vary 1 images have 1 to --instances instances, and a repeat is a round of all pairs of numbers; times are those of a step.
Prints one line of JSON: {"name", "version", "device", "threads", "seconds": [...], "peakRssBytes", "gpuBytes"?}.
"""

import random

import torch

from pytorch_measuring import in_mode, parse_options, precision_of, prepare, report, seconds_of
from pytorch_networks import Discriminator, Generator


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
    device = prepare(options)
    generators = [in_mode(Generator(options.ngf, options.blocks).to(device), options) for _ in range(2)]
    discriminators = [in_mode(Discriminator(options.ndf).to(device), options) for _ in range(2)]
    pools = [Pool(), Pool()]
    weights = lambda networks: [p for network in networks for p in network.parameters()]
    optimizer_g = torch.optim.Adam(weights(generators), lr=2e-4, betas=(0.5, 0.999))
    optimizer_d = torch.optim.Adam(weights(discriminators), lr=1e-4, betas=(0.5, 0.999))
    shape = (options.height, options.width)
    images = [torch.rand(1, 3, *shape, device=device) * 2 - 1 for _ in range(2)]
    all_masks = [torch.rand(options.instances, 1, *shape, device=device).gt(0.7).float() * 2 - 1 for _ in range(2)]
    numbers = range(1, options.instances + 1) if options.vary else [options.instances]
    pairs = [(in_a, in_b) for in_a in numbers for in_b in numbers]
    area = shape[0] * shape[1]

    def reconstruction(output, target):
        total = (output[0] - target[0]).abs().sum() + (output[1] - target[1]).abs().sum()
        return 10 * total / (area * (3 + options.per_chunk))

    def context(source, fake):
        covered = ((torch.cat([source[1], fake[1]]) + 1) / 2).sum(0, keepdim=True).clamp(0, 1)
        return 10 * ((1 - covered) * (source[0] - fake[0]).abs()).mean()

    def step(counts):
        masks = [own[:count] for own, count in zip(all_masks, counts)]
        current, settled = list(images), [[], []]
        for first in range(0, max(counts), options.per_chunk):
            active = [domain for domain in range(2) if counts[domain] > first]
            for network in discriminators:
                network.requires_grad_(False)
            optimizer_g.zero_grad()
            fakes = {}
            for domain in active:
                forward, backward, discriminator = generators[domain], generators[1 - domain], discriminators[1 - domain]
                source = (current[domain], masks[domain][first : first + options.per_chunk])
                with precision_of(options, device):
                    fake = forward(*source)
                    so_far = torch.cat([*settled[domain], fake[1]])
                    adversarial = (discriminator(fake[0], so_far) - 1).square().mean()
                    loss = adversarial + reconstruction(backward(*fake), source) + context(source, fake)
                loss.backward()
                with precision_of(options, device):
                    identity = reconstruction(backward(*source), source)
                identity.backward()
                settled[domain].append(fake[1].detach())
                current[domain] = fake[0].detach()
                fakes[domain] = (fake[0].detach(), so_far.detach())
            optimizer_g.step()
            for network in discriminators:
                network.requires_grad_(True)
            optimizer_d.zero_grad()
            for domain in active:
                discriminator = discriminators[1 - domain]
                shown = pools[1 - domain].query(fakes[domain])
                with precision_of(options, device):
                    real = (discriminator(images[1 - domain], masks[1 - domain]) - 1).square().mean()
                    loss = (real + discriminator(*shown).square().mean()) / 2
                loss.backward()
            optimizer_d.step()

    def one_round():
        for counts in pairs:
            step(counts)

    seconds = seconds_of(one_round, options, device)
    report(device, seconds=[each / len(pairs) for each in seconds])


if __name__ == "__main__":
    main(parse_options("height", "width", "ngf", "ndf", "blocks", "instances", "per-chunk", "vary"))
