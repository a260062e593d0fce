"""What a server and its own workers say to one another, as bytes: pickled, with tensors by their values.

Only processes that this program has started, over sockets that nobody else holds, are listened to: nothing from
outside is ever unpickled here. By value, because tensors shared by file descriptors leave those open.
"""

import io
import pickle
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class _ByValue(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, nn.Module):
            raise TypeError("networks are not sent: a worker loads its own")
        if not isinstance(value, Tensor):
            return NotImplemented
        plain = value.detach().cpu().contiguous()  # of a part of a larger tensor, that part alone
        if plain.dtype == torch.bfloat16:
            return _narrowed, (plain.float().numpy(),)
        return _tensor, (plain.numpy(),)


def _tensor(values: NDArray[Any]) -> Tensor:
    return torch.from_numpy(values if values.flags.writeable else np.array(values))


def _narrowed(values: NDArray[Any]) -> Tensor:
    return _tensor(values).bfloat16()


def pack(value: Any) -> bytes:
    """The bytes of a value; TypeError if there is a network in it.

    >>> whole = torch.arange(1000.0).view(10, 100)
    >>> again = unpack(pack({"row": whole[3]}))["row"]
    >>> torch.equal(again, whole[3]), len(pack(whole[3])) < 1000
    (True, True)
    """
    sink = io.BytesIO()
    _ByValue(sink, protocol=5).dump(value)
    return sink.getvalue()


def unpack(raw: bytes) -> Any:
    """The value of the bytes that `pack` made in another process of this program."""
    return pickle.loads(raw)
