"""Analysis -> Plan: what runs when, in which jobs, under which names."""
