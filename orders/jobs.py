"""Background work of orders: sealing what was decided, and going through the chain of seals."""

import structlog
from procrastinate.contrib.django import app

from orders import proof

log = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="orders.seal_decisions", queueing_lock="orders.seal_decisions")
def seal_decisions(timestamp: int) -> None:
    """Seal the decisions that were committed since the last time."""
    number = proof.seal_all()
    if number:
        log.info("decisions_sealed", number=number)


@app.periodic(cron="11 4 * * *")
@app.task(name="orders.check_proof_daily", queueing_lock="orders.check_proof_daily")
def check_proof_daily(timestamp: int) -> None:
    check_proof()


@app.task(name="orders.check_proof", queueing_lock="orders.check_proof")
def check_proof() -> None:
    """Go through the whole chain."""
    found = proof.check_and_keep()
    if found.broken:
        log.error("proof_broken", words=found.broken)
