"""A real Ray cluster on this machine, in a process of its own: a head that takes jobs but runs none, and nodes of it.

`python -m tests.core.runs.launchers.ray_double PORT [NODES]` makes two nodes or as many, prints the address, then reads
commands: `lose` kills the nodes, `vanish` the head too.
"""

import os
import sys

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"


def main() -> None:
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": True, "dashboard_host": "127.0.0.1", "dashboard_port": int(sys.argv[1]),
            "object_store_memory": 10**8}  # fmt: skip
    cluster = Cluster(initialize_head=True, head_node_args=head)
    nodes = [
        cluster.add_node(num_cpus=1, object_store_memory=10**8)
        for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
    ]
    sys.stdout.write(f"{cluster.head_node.webui_url}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        if line.strip() == "lose":
            for node in nodes:
                cluster.remove_node(node, allow_graceful=False)
            sys.stdout.write("lost\n")
            sys.stdout.flush()
        elif line.strip() == "vanish":
            break
    cluster.shutdown()
    sys.stdin.read()


if __name__ == "__main__":
    main()
