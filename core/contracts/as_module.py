"""A classifier as one nn.Module, for libraries that want one."""

from collections.abc import Callable

from torch import Tensor, nn


class AsModule(nn.Module):
    """Calls the classifier, so that preprocessing, counting and cancelling stay in one place."""

    def __init__(self, net: nn.Module, call: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.net = net
        self._call = [call]  # in a list: not a submodule
        self.training = net.training

    def forward(self, images: Tensor) -> Tensor:
        return self._call[0](images)
