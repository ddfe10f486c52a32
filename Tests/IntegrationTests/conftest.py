import pytest

from windlass_service import Service


@pytest.fixture
def service():
    service = Service().from_template().start()
    yield service
    service.close()


@pytest.fixture
def client(service):
    client = service.client()
    yield client
    client.close()
