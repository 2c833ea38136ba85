# One image for web, worker, beat and dispatcher; `--target agent` is another one, for the voice worker.
FROM python:3.13-slim AS agent-packages
COPY requirements-speech.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements-speech.txt

FROM python:3.13-slim AS agent
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN apt-get update && apt-get install --no-install-recommends --yes espeak-ng && rm -rf /var/lib/apt/lists/*
RUN useradd --system --create-home voxa
COPY --from=agent-packages /venv /venv
WORKDIR /app
COPY calls/__init__.py calls/
COPY calls/agent calls/agent
COPY agents agents
COPY voxa/__init__.py voxa/
COPY voxa/core/__init__.py voxa/core/
COPY voxa/core/http voxa/core/http
USER voxa
CMD ["python", "-m", "calls.agent"]

FROM python:3.13-slim AS packages
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VOXA_READ_DOTENV=0
RUN useradd --system --create-home voxa
COPY --from=packages /venv /venv
WORKDIR /app
COPY manage.py gunicorn.conf.py ./
COPY voxa voxa
COPY accounts accounts
COPY agents agents
COPY telephony telephony
COPY calls calls
COPY templates templates
COPY locale locale
# Collecting static files needs settings, but none of these values ends in the result.
RUN SECRET_KEY=build FERNET_KEYS=build DATABASE_URL=sqlite://:memory: CELERY_BROKER_URL=memory:// \
    python manage.py collectstatic --no-input
USER voxa
EXPOSE 8000
CMD ["gunicorn", "voxa.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "8", "--no-control-socket"]
