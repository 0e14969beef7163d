"""What the peer's benchmarks share: options, the device with the framework's defaults, timing, and the report."""

import argparse
import json
import resource
import time

import torch


MODES = ("eager", "compile", "autocast")


def parse_options(*names, texts=()):
    """Whole numbers and texts by name, all required, --device and --mode."""
    parser = argparse.ArgumentParser()
    for name in texts:
        parser.add_argument(f"--{name}", required=True)
    for name in (*names, "threads", "warm-up", "repeats"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--mode", default="eager", choices=MODES)
    return parser.parse_args()


def prepare(options):
    """The device, with equally many threads as ours; on CUDA convolutions may use TF32, which is the default."""
    torch.set_num_threads(options.threads)
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(0)
    return torch.device(options.device)


def in_mode(network, options):
    """The network as it is, or through torch.compile."""
    return torch.compile(network) if options.mode == "compile" else network


def precision_of(options, device):
    """A context in which products are bfloat16 if that is the mode."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=options.mode == "autocast")


def seconds_of(work, options, device):
    """Wall time of each repeat of `work`, complete on the device, after those that warm up."""

    def timed():
        wait(device)
        begin = time.perf_counter()
        work()
        wait(device)
        return time.perf_counter() - begin

    for _ in range(options.warm_up):
        timed()
    return [timed() for _ in range(options.repeats)]


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def report(device, **fields):
    """Prints one line of JSON."""
    common = {"name": "pytorch", "version": torch.__version__, "threads": torch.get_num_threads()}
    common["device"] = torch.cuda.get_device_name() if device.type == "cuda" else "cpu"
    common["peakRssBytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if device.type == "cuda":
        common["gpuBytes"] = torch.cuda.max_memory_reserved()
    print(json.dumps({**common, **fields}))
