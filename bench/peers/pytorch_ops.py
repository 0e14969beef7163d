"""The peers of single operations: what eager PyTorch calls for the same layer, forward and in its backward pass.

    python pytorch_ops.py --cases '[{"op": "Convolution", ...}, ...]' --threads 2 --warm-up 1 --repeats 5 --device cpu

Cases are those of op-cases.ts. A repeat is as many calls as take a tenth of a second. Prints one line of JSON with "seconds":
for each case, the seconds of one call in each repeat.
"""

import json
import time

import torch
import torch.nn.functional as F

from pytorch_measuring import parse_options, prepare, report, seconds_of, wait

REPEAT_SECONDS = 0.1
MOST_CALLS = 1000


def convolution_call(op, layer, device):
    batch, height, width, channels = layer["input"]
    kernel, stride, pad, reflects = layer["kernel"], layer["stride"], layer["padding"], layer["border"] == "reflect"
    x = torch.rand(batch, channels, height, width, device=device) * 2 - 1
    weight = torch.rand(layer["outputs"], channels, kernel, kernel, device=device) * 2 - 1
    padded = F.pad(x, [pad] * 4, mode="reflect") if reflects else x
    zeros = 0 if reflects else pad
    dy = torch.rand_like(F.conv2d(padded, weight, stride=stride, padding=zeros))

    def backward(wanted):
        return torch.ops.aten.convolution_backward(
            dy, padded, weight, None, [stride] * 2, [zeros] * 2, [1, 1], False, [0, 0], 1, wanted
        )

    def input_gradient():
        gradient = backward([True, False, False])[0]
        return torch.ops.aten.reflection_pad2d_backward(gradient, x, [pad] * 4) if reflects else gradient

    def forward():
        return F.conv2d(F.pad(x, [pad] * 4, mode="reflect") if reflects else x, weight, stride=stride, padding=zeros)

    return {
        "Convolution": forward,
        "ConvolutionInputGradient": input_gradient,
        "ConvolutionFilterGradient": lambda: backward([False, True, False]),
    }[op]


def norm_call(op, shape, device):
    batch, height, width, channels = shape
    x = torch.rand(batch, channels, height, width, device=device).requires_grad_(op == "InstanceNormGradient")
    y = F.relu_(F.instance_norm(x))
    dy = torch.rand_like(y)
    if op == "InstanceNorm":
        return lambda: F.relu_(F.instance_norm(x))
    return lambda: torch.autograd.grad(y, x, dy, retain_graph=True)


def adam_call(shapes, device):
    weights = [torch.rand(shape, device=device).requires_grad_() for shape in shapes]
    for weight in weights:
        weight.grad = torch.rand_like(weight)
    return torch.optim.Adam(weights, lr=1e-4, betas=(0.5, 0.999)).step


def call_of(case, device):
    if case["op"] == "AdamUpdate":
        return adam_call(case["shapes"], device)
    if case["op"].startswith("InstanceNorm"):
        return norm_call(case["op"], case["shape"], device)
    return convolution_call(case["op"], case["layer"], device)


def measure(case, options, device):
    call = call_of(case, device)
    for _ in range(2):
        wait(device)
        begin = time.perf_counter()
        call()
        wait(device)
        once = time.perf_counter() - begin
    count = min(MOST_CALLS, max(1, round(REPEAT_SECONDS / once)))

    def calls():
        for _ in range(count):
            call()

    return [each / count for each in seconds_of(calls, options, device)]


def main(options):
    device = prepare(options)
    report(device, seconds=[measure(case, options, device) for case in json.loads(options.cases)])


if __name__ == "__main__":
    main(parse_options(texts=("cases",)))
