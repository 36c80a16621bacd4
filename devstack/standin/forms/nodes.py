"""
Put nodes into the API's forms.

Pure.  May import ``devstack.standin.model`` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devstack.standin.model import Json, Node

_ZONE = "platform.aws.placement.availability-zone"


def node_resources(node: Node) -> Json:
    """The two fields that a list of nodes has when it is asked for resources."""
    return {
        "NodeResources": {
            "Cpu": {"CpuShares": node.offers.cpu},
            "Devices": None,
            "Disk": {"DiskMB": node.offers.disk},
            "Memory": {"MemoryMB": node.offers.memory},
            "Networks": [_network()],
            "NodeNetworks": [_node_network()],
        },
        "ReservedResources": {
            "Cpu": {"CpuShares": 0},
            "Disk": {"DiskMB": 0},
            "Memory": {"MemoryMB": 0},
            "Networks": {"ReservedHostPorts": ""},
        },
    }


def _network() -> Json:
    return {
        "CIDR": "127.0.0.1/32",
        "DNS": None,
        "Device": "lo",
        "DynamicPorts": None,
        "IP": "127.0.0.1",
        "MBits": 1000,
        "Mode": "host",
        "ReservedPorts": None,
    }


def _node_network() -> Json:
    address = {
        "Address": "127.0.0.1",
        "Alias": "default",
        "Family": "ipv4",
        "Gateway": "",
        "ReservedPorts": "",
    }
    return {
        "Addresses": [address],
        "Device": "lo",
        "MacAddress": "",
        "Mode": "host",
        "Speed": 1000,
    }


def node_stub(node: Node, *, resources: bool) -> Json:
    stub = {
        "Address": "127.0.0.1",
        "CreateIndex": node.create_index,
        "Datacenter": node.datacenter,
        "Drain": node.drain is not None,
        "Drivers": node.drivers,
        "HostVolumes": None,
        "ID": node.id,
        "ModifyIndex": node.modify_index,
        "Name": node.name,
        "NodeClass": node.node_class,
        "SchedulingEligibility": node.eligibility,
        "Status": node.status,
        "StatusDescription": "",
        "Version": node.attributes.get("nomad.version", ""),
    }
    return {**stub, **node_resources(node)} if resources else stub


def node_form(node: Node) -> Json:
    """A node with every field, as ``/v1/node/:id`` and the event stream have it."""
    empty = {
        "CPU": 0,
        "Devices": None,
        "DiskMB": 0,
        "IOPS": 0,
        "MemoryMB": 0,
        "Networks": None,
    }
    return {
        **node_resources(node),
        "Attributes": node.attributes,
        "CSIControllerPlugins": None,
        "CSINodePlugins": None,
        "ComputedClass": node.computed_class,
        "CreateIndex": node.create_index,
        "Datacenter": node.datacenter,
        "Drain": node.drain is not None,
        "DrainStrategy": node.drain,
        "Drivers": node.drivers,
        "Events": list(node.events),
        "HTTPAddr": node.http_address,
        "HostVolumes": None,
        "ID": node.id,
        "Links": {
            "aws.ec2": f"{node.attributes[_ZONE]}.{node.instance_id}",
        },
        "Meta": node.meta,
        "ModifyIndex": node.modify_index,
        "Name": node.name,
        "NodeClass": node.node_class,
        "Reserved": empty,
        "Resources": {
            **empty,
            "CPU": node.offers.cpu,
            "DiskMB": node.offers.disk,
            "MemoryMB": node.offers.memory,
            "Networks": [_network()],
        },
        "SchedulingEligibility": node.eligibility,
        "SecretID": "",
        "Status": node.status,
        "StatusDescription": "",
        "StatusUpdatedAt": node.status_updated_at,
        "TLSEnabled": False,
    }
