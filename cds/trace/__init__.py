"""Why a decision is what it is: data in `model`, words in `sentences`."""
