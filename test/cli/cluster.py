"""A Dask cluster of two workers on this machine, at the port that is named or a free one: prints its address and the processes of
its workers, and ends with its input."""
import json
import sys

from distributed import LocalCluster

if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", scheduler_port=port, dashboard_address=None
    )
    pids = [nanny.pid for nanny in cluster.workers.values()]
    print(json.dumps({"address": cluster.scheduler_address, "pids": pids}), flush=True)
    sys.stdin.read()
    cluster.close()
