"""The tests. A busy machine may be slow to draw examples; that says nothing about the fact a test states."""

from hypothesis import HealthCheck, settings

settings.register_profile("house", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("house")
