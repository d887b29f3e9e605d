# The twin for a container host; docs/deploy.md says how to run it.
FROM python:3.12-slim
WORKDIR /srv/twin
COPY requirements/service.lock requirements/
RUN pip install --no-cache-dir -r requirements/service.lock
# This me.txt is the example that ships; the owner's is instance/me.txt, in the volume.
COPY wsgi.py gunicorn.conf.py me.txt .flaskenv ./
COPY twin twin
COPY evals evals
RUN useradd --system twin && install -d -o twin -g twin -m 750 instance
USER twin
# With PORT set, gunicorn listens on all addresses, as a container must.
ENV PORT=8000
EXPOSE 8000
VOLUME /srv/twin/instance
CMD ["gunicorn", "wsgi:app"]
