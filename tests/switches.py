"""How long the long tests run: COLLEGE_TEST_THOROUGH=1 asks for the figures that we publish."""

import os

IS_THOROUGH = os.environ.get("COLLEGE_TEST_THOROUGH") == "1"
ROUNDS = 10 if IS_THOROUGH else 1  # of sixteen processes enrolling
CUTS = 1500 if IS_THOROUGH else 150  # of the power
