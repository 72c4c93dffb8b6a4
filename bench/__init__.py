"""Hawser beside its peers: throughput, CPU, small operations, distance. See README.md."""
