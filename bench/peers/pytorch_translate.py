"""The peer of `translateSample`: one image through a generator in eager PyTorch, a chunk of its instances at a time.

    python pytorch_translate.py --height 64 --width 64 --ngf 16 --blocks 9 --instances 4 --per-chunk 2 \
        --threads 2 --warm-up 1 --repeats 5 --device cpu

From arrays on the host to arrays on the host. Prints one line of JSON, as pytorch_step.py does.
"""

import torch

from pytorch_measuring import in_mode, parse_options, precision_of, prepare, report, seconds_of
from pytorch_networks import Generator


def main(options):
    device = prepare(options)
    generator = in_mode(Generator(options.ngf, options.blocks).to(device).eval(), options)
    image = torch.rand(1, 3, options.height, options.width) * 2 - 1
    masks = torch.rand(options.instances, 1, options.height, options.width).gt(0.7).float() * 2 - 1

    @torch.no_grad()
    def translate():
        current, results = image.to(device), []
        for first in range(0, options.instances, options.per_chunk):
            with precision_of(options, device):
                current, translated = generator(current, masks[first : first + options.per_chunk].to(device))
            results.append(translated.cpu())
        return current.cpu(), results

    report(device, seconds=seconds_of(translate, options, device))


if __name__ == "__main__":
    main(parse_options("height", "width", "ngf", "blocks", "instances", "per-chunk"))
