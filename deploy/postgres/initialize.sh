# Runs once, on an empty data folder; the image's entrypoint may source it, so it ends nothing and sets nothing.
bash /opt/blastradius/create-world.sh "${WORLD-}"
