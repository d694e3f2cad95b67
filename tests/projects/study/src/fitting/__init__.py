"""Fits lines."""

from .data import *
from .models import *
from .registry import *
from .settings import *
